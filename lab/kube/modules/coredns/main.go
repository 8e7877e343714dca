// CoreDNS with the plugins that serve a zone from a file, as an image of one's own has them:
// https://coredns.io/2017/07/25/compile-time-enabling-or-disabling-plugins/. All of its plugins take minutes to build.
package main

import (
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/file"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/reload"
)

func main() { coremain.Run() }
