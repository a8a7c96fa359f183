package io.nurs.flow;

public final class X {
    private X() {}
}
