package io.nurs.netlink;

public final class X {
    private X() {}
}
