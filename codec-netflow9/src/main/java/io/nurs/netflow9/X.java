package io.nurs.netflow9;

public final class X {
    private X() {}
}
