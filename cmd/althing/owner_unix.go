//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
)

// becomeOwner makes an administrator of the machine, from here to the end of the
// process, the user whom a data folder belongs to: what is made in it must be that
// user's, or the hub could not read it, and no link in it leads to what is not.
func becomeOwner(folder string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(folder)
	if err != nil {
		return nil //nolint:nilerr // what is to be done in the folder says that it is not there
	}
	owner, isUnix := info.Sys().(*syscall.Stat_t)
	if !isUnix || owner.Uid == 0 {
		return nil
	}
	user, group := int(owner.Uid), int(owner.Gid)
	if err = syscall.Setgroups([]int{group}); err == nil {
		err = syscall.Setgid(group)
	}
	if err == nil {
		err = syscall.Setuid(user)
	}
	if err != nil {
		return fmt.Errorf("'%s' belongs to user %d, in whose name it cannot be changed: %w", folder, user, err)
	}
	return nil
}
