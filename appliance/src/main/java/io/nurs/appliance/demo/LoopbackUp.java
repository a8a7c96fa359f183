package io.nurs.appliance.demo;

import io.nurs.netlink.route.Loopback;
import java.io.IOException;

/**
 * A program that brings {@code lo} up and ends. The launcher runs it in a new network namespace before the demo: a JVM that
 * starts where no interface has an IPv6 address does without IPv6 for good.
 */
public final class LoopbackUp {
    private LoopbackUp() {}

    public static void main(String[] arguments) throws IOException {
        Loopback.up();
    }
}
