package io.nurs.appliance.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** For a container's HEALTHCHECK: an image without a shell has no other program that could ask. */
@Command(
        name = "healthcheck",
        description = "Ask a running nursd whether it is well: 0 if its /healthz says so, else 1 and the reason.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class HealthcheckCommand implements Callable<Integer> {
    private static final int MAX_PORT = 65_535;

    @Parameters(
            paramLabel = "ADDRESS",
            arity = "0..1",
            defaultValue = "127.0.0.1:9469",
            description = "Where metrics.listen says that it is. Default: ${DEFAULT-VALUE}.")
    private String address;

    @Option(
            names = "--timeout-millis",
            paramLabel = "N",
            defaultValue = "5000",
            description = "How long to wait for each of connection and answer. Default: ${DEFAULT-VALUE}.")
    private int timeoutMillis;

    @Override
    public Integer call() {
        InetSocketAddress target = target();
        try {
            String status = status(target);
            if (!status.matches("HTTP/1\\.[01] 200( .*)?")) {
                throw CommandFailure.runtime(address + " answers " + status);
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw CommandFailure.runtime("no answer from " + address + ": " + e.getMessage());
        }
    }

    private InetSocketAddress target() {
        int colon = address.lastIndexOf(':');
        String host = colon < 1 ? "" : address.substring(0, colon);
        String port = address.substring(colon + 1);
        if (host.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > MAX_PORT) {
            throw CommandFailure.usage(address + " is no address and port; write it as 127.0.0.1:9469 or [::1]:9469");
        }
        return new InetSocketAddress(host, Integer.parseInt(port));
    }

    /** The first line of the answer. java.net.http would start threads and a selector for it. */
    private String status(InetSocketAddress target) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(target, timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            String request = "GET /healthz HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String line = answer.readLine();
            if (line == null) {
                throw new IOException("the connection was closed");
            }
            return line;
        }
    }
}
