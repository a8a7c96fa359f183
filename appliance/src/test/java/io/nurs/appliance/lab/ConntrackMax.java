package io.nurs.appliance.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Another net.netfilter.nf_conntrack_max, until it is closed. It is the first namespace's, which all others follow and none of
 * them may write.
 */
public final class ConntrackMax implements AutoCloseable {
    private static final Path FILE = Path.of("/proc/sys/net/netfilter/nf_conntrack_max");

    private final int before;
    private final Thread undo = new Thread(() -> Wait.unchecked(this::restore));

    private ConntrackMax(int before) {
        this.before = before;
    }

    /** Sets it, and puts it back with the lab's end. */
    public static void set(Lab lab, int entries) throws IOException {
        lab.closing(lowered(entries));
    }

    /** Sets it until this is closed. */
    public static ConntrackMax lowered(int entries) throws IOException {
        // Not readString: it asks for one octet first, and a sysctl gives no more after that.
        ConntrackMax max =
                new ConntrackMax(Integer.parseInt(Files.readAllLines(FILE).getFirst()));
        Runtime.getRuntime().addShutdownHook(max.undo);
        Files.writeString(FILE, Integer.toString(entries));
        return max;
    }

    /** As {@link #set}, if it is less. */
    public static void atLeast(Lab lab, int entries) throws IOException {
        if (lab.sysctl("net.netfilter.nf_conntrack_max") < entries) {
            set(lab, entries);
        }
    }

    private Path restore() throws IOException {
        return Files.writeString(FILE, Integer.toString(before));
    }

    @Override
    public void close() throws IOException {
        Runtime.getRuntime().removeShutdownHook(undo);
        restore();
    }
}
