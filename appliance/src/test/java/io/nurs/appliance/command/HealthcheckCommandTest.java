package io.nurs.appliance.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class HealthcheckCommandTest {
    private final StringWriter err = new StringWriter();

    private int check(String... arguments) {
        return Nursd.execute(new PrintWriter(new StringWriter()), new PrintWriter(err, true), arguments);
    }

    /** The exit code for a server that answers this; what it was asked is in the future. */
    private int checkAgainst(String answer, CompletableFuture<String> asked) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (Socket client = server.accept()) {
                    asked.complete(new BufferedReader(
                                    new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))
                            .readLine());
                    client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    asked.completeExceptionally(e);
                }
            });
            return check("healthcheck", "127.0.0.1:" + server.getLocalPort());
        }
    }

    @Test
    void whoIsWellAnswers200() throws IOException, ExecutionException, InterruptedException {
        CompletableFuture<String> asked = new CompletableFuture<>();

        assertEquals(0, checkAgainst("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n", asked), err::toString);

        assertEquals("GET /healthz HTTP/1.1", asked.get());
    }

    @Test
    void anyOtherAnswerIsAFailureThatIsQuoted() throws IOException {
        assertEquals(1, checkAgainst("HTTP/1.1 503 Service Unavailable\r\n\r\n", new CompletableFuture<>()));

        assertTrue(err.toString().contains("answers HTTP/1.1 503 Service Unavailable"), err::toString);
    }

    @Test
    void nobodyThereIsAFailure() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }

        assertEquals(1, check("healthcheck", "127.0.0.1:" + port));

        assertTrue(err.toString().contains("no answer from 127.0.0.1:" + port), err::toString);
    }

    @Test
    void noAddressIsAMistakeOfTheCaller() {
        assertEquals(2, check("healthcheck", "9469"));
        assertEquals(2, check("healthcheck", "127.0.0.1:http"));
    }

    @Test
    void thePathOfTheScriptThatJavaReadsIsNoArgument() {
        assertArrayEquals(new String[] {"run", "--help"}, Nursd.withoutScript("/usr/bin/nursd", "run", "--help"));
        assertArrayEquals(new String[] {"run", "/usr/bin/nursd"}, Nursd.withoutScript("run", "/usr/bin/nursd"));
        assertArrayEquals(new String[0], Nursd.withoutScript());
    }
}
