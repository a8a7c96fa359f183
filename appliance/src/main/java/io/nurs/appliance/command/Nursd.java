package io.nurs.appliance.command;

final class Nursd {
    private Nursd() {}

    public static void main(String[] a) {}
}
