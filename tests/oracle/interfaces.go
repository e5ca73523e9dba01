package main

import (
	"encoding/json"
	"flag"
	"net"

	"github.com/hashicorp/go-sockaddr"
)

// NetworkInterface is one of this machine, as Go sees it.
type NetworkInterface struct {
	Index     int      `json:"index"`
	MTU       int      `json:"mtu"`
	Hardware  string   `json:"hardware,omitempty"`
	Flags     string   `json:"flags"`
	Addresses []string `json:"addresses"`
	Default   bool     `json:"default,omitempty"`
}

// interfacesCommand prints the network interfaces of this machine as the data of a case.
func interfacesCommand(arguments []string) error {
	if err := operands(flag.NewFlagSet("interfaces", flag.ContinueOnError), arguments, 0); err != nil {
		return err
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return err
	}
	defaultName := ""
	if routes, err := sockaddr.NewRouteInfo(); err == nil {
		defaultName, _ = routes.GetDefaultInterfaceName()
	}
	byName := map[string]NetworkInterface{}
	for _, one := range interfaces {
		addresses, err := one.Addrs()
		if err != nil {
			return err
		}
		shown := NetworkInterface{
			Index: one.Index, MTU: one.MTU, Hardware: one.HardwareAddr.String(), Flags: one.Flags.String(),
			Addresses: []string{}, Default: one.Name == defaultName,
		}
		for _, address := range addresses {
			shown.Addresses = append(shown.Addresses, address.String())
		}
		byName[one.Name] = shown
	}
	encoded, err := json.MarshalIndent(map[string]any{"interfaces": byName}, "", "  ")
	if err != nil {
		return err
	}
	_, err = answers.Write(append(encoded, '\n'))
	return err
}
