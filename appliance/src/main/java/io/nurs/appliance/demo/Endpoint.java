package io.nurs.appliance.demo;

import io.nurs.netlink.NetworkNamespace;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;

/** Where one side of a flow is; port 0 is any. */
record Endpoint(NetworkNamespace namespace, InetAddress host, int port) {
    static Endpoint ipv4(DemoLab.Host host, int port) {
        return new Endpoint(host.namespace(), host.ipv4(), port);
    }

    static Endpoint ipv6(DemoLab.Host host, int port) {
        return new Endpoint(host.namespace(), host.ipv6(), port);
    }

    Endpoint at(int otherPort) {
        return new Endpoint(namespace, host, otherPort);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    ProtocolFamily family() {
        return host.getAddress().length == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    @Override
    public String toString() {
        return host.getHostAddress() + " port " + port;
    }
}
