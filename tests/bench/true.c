/* true - the program that every container of the benchmark runs */
int
main(void)
{
	return 0;
}
