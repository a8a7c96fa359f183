package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** iperf3 from the lab's client to its server: two TCP connections, one to control and one that is filled. Ends with the lab. */
public final class Iperf3 {
    private final Program client;

    private Iperf3(Program client) {
        this.client = client;
    }

    /**
     * Starts both ends.
     *
     * @param port of this one alone: a server serves one client
     * @param options of the client, such as {@code -t 5}
     */
    public static Iperf3 start(Lab lab, String to, int port, String... options) throws IOException {
        Requires.tools("iperf3");
        String portNumber = Integer.toString(port);
        Program server = lab.closing(
                Program.start(Lab.within(lab.server(), "iperf3", "--server", "--forceflush", "--port", portNumber)));
        // Or the first SYN finds nobody.
        server.waitForOutput("Server listening");
        List<String> command = new ArrayList<>(
                Lab.within(lab.client(), "iperf3", "--forceflush", "--client", to, "--port", portNumber));
        command.addAll(List.of(options));
        return new Iperf3(lab.closing(Program.start(command)));
    }

    public boolean isRunning() {
        return client.isRunning();
    }

    /** What it prints, so far. */
    public String output() throws IOException {
        return client.output();
    }

    /** Waits until it ends by itself. */
    public void await() throws IOException, InterruptedException {
        assertEquals(0, client.exitCode(), client.output());
    }

    /** Has it end its connections in an orderly way. */
    public void stop() throws IOException, InterruptedException {
        client.interrupt();
        client.exitCode();
    }
}
