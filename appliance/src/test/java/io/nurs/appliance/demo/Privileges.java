package io.nurs.appliance.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;

/** Skips a test that needs what this process may not do; with -Dnurs.require=all it fails instead. */
final class Privileges {
    private Privileges() {}

    static void requireNetworkNamespaces() {
        require(mayMakeNamespaces(), "needs root: it makes network namespaces");
    }

    static void require(boolean given, String reason) {
        if ("all".equals(System.getProperty("nurs.require"))) {
            assertTrue(given, reason);
        }
        assumeTrue(given, reason);
    }

    private static boolean mayMakeNamespaces() {
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            return namespace.descriptor() >= 0;
        } catch (IOException e) {
            return false;
        }
    }
}
