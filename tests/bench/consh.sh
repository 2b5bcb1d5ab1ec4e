#!/bin/sh
# consh.sh - the same container by unshare(1), a shell and the programs of busybox
#
# usage: unshare -UmpiuCn -r --fork busybox sh consh.sh LOWER DIR PROG [ARG]...
#
# One program for each step, as in a script that is written by hand.

set -e
lower=$1 dir=$2
shift 2
b='busybox'

$b mkdir -p "$dir/upper" "$dir/work" "$dir/merged"
$b mount -t overlay -o "lowerdir=$lower,upperdir=$dir/upper,workdir=$dir/work,userxattr" overlay "$dir/merged"
cd "$dir/merged"

$b mkdir -p proc sys dev
$b mount -t proc -o nosuid,nodev,noexec proc proc
$b mount -t sysfs -o nosuid,nodev,noexec sysfs sys
$b mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup
$b mount -t tmpfs -o nosuid,noexec,mode=755 tmpfs dev
$b mkdir dev/pts dev/mqueue dev/shm
$b mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
$b mount -t mqueue -o nosuid,nodev,noexec mqueue dev/mqueue
$b mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs dev/shm
for node in null zero full random urandom tty; do
	: >"dev/$node"
	$b mount -o bind "/dev/$node" "dev/$node"
done
$b ln -s /proc/self/fd dev/fd
$b ln -s /proc/self/fd/0 dev/stdin
$b ln -s /proc/self/fd/1 dev/stdout
$b ln -s /proc/self/fd/2 dev/stderr
$b ln -s pts/ptmx dev/ptmx

$b mkdir -p old
$b pivot_root . old
cd /
$b umount -l old
exec "$@"
