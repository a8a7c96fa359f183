package io.nurs.appliance.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.MetricsConfig;
import io.nurs.appliance.config.PasswordHash;
import io.nurs.appliance.lab.Http;
import io.nurs.appliance.lab.Http.Reply;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpServerTest {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final HttpLimits SHORT =
            new HttpLimits(Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofSeconds(30));

    private final Site site = new Site(
            Map.of(
                    "/", accept -> Answer.text(200, "hello"),
                    "/long",
                            accept -> Answer.ok(
                                    "text/plain", "flow ".repeat(10_000).getBytes(StandardCharsets.UTF_8)),
                    "/accept", accept -> Answer.text(200, String.valueOf(accept)),
                    "/fails",
                            accept -> {
                                throw new IllegalStateException("on purpose");
                            },
                    "/healthz", accept -> Answer.text(200, "ok")),
            Set.of("/healthz"));
    private HttpServer server = new HttpServer(site, HttpLimits.DEFAULTS);

    @AfterEach
    void close() {
        server.close();
    }

    private static MetricsConfig config(String keys) throws ConfigException {
        return ConfigLoader.parse("test.yaml", """
                        stacks: [{ name: flows, source: { type: conntrack }, exporters: [main] }]
                        exporters: { main: { type: netflow9, collector: 192.0.2.10 } }
                        metrics: { %s }
                        """.formatted(keys)).metrics();
    }

    private InetSocketAddress serve(String keys) throws Exception {
        server.apply(config("listen: \"127.0.0.1:0\"" + keys));
        return address();
    }

    private InetSocketAddress address() {
        return Objects.requireNonNull(server.address());
    }

    @Test
    void answersGetAndHead() throws Exception {
        try (Http http = new Http(serve(""))) {
            Reply whole = http.ask("GET", "/?at=once");
            assertEquals(200, whole.status());
            assertEquals("hello\n", whole.body());
            Reply head = http.ask("HEAD", "/");
            assertEquals(200, head.status());
            assertEquals(whole.headers(), head.headers());
            assertEquals(
                    "text/*\n", http.ask("GET", "/accept", "Accept: text/*").body());
            assertEquals(404, http.ask("GET", "/../etc/passwd").status());
            assertEquals(500, http.ask("GET", "/fails").status());
            Reply refused = http.ask("DELETE", "/");
            assertEquals(405, refused.status());
            assertEquals("GET, HEAD", refused.header("allow"));
            assertEquals("hello\n", http.ask("GET", "/").body(), "and the connection goes on");
        }
    }

    @Test
    void requestsThatComeAtOnceAreAnsweredInOrder() throws Exception {
        try (Http http = new Http(serve(""))) {
            String get = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n";
            http.send(get.formatted("/long") + get.formatted("/nowhere") + get.formatted("/"));
            assertEquals(50_000, http.reply(true).body().length());
            assertEquals(404, http.reply(true).status());
            assertEquals("hello\n", http.reply(true).body());
        }
    }

    @Test
    void noAnswerMayDoMoreInABrowserThanBeShown() throws Exception {
        Reply reply = Http.get(serve(""), "/");
        String policy = reply.header("content-security-policy");
        assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
        assertTrue(policy.contains("frame-ancestors 'none'"), policy);
        assertEquals("nosniff", reply.header("x-content-type-options"));
        assertEquals("no-referrer", reply.header("referrer-policy"));
        assertEquals("no-store", reply.header("cache-control"));
    }

    @Test
    void whatIsLongIsCompressedForWhoAsksForIt() throws Exception {
        serve("");
        Reply zipped = Http.get(address(), "/long", "Accept-Encoding: gzip");
        assertEquals("gzip", zipped.header("content-encoding"));
        assertEquals(50_000, zipped.body().length());
        assertEquals("", Http.get(address(), "/long").header("content-encoding"));
    }

    @ParameterizedTest
    @CsvSource({"5000,0,414", "10,9000,431", "10,100,200"})
    void longRequestsAreRefused(int line, int header, int status) throws Exception {
        try (Http http = new Http(serve(""))) {
            Reply reply = http.ask("GET", "/?" + "x".repeat(line), "X-Header: " + "y".repeat(header));
            assertEquals(status, reply.status());
            assertTrue(status == 200 || http.isClosedByServer());
        }
    }

    @Test
    void bodiesAndNonsenseAreRefused() throws Exception {
        serve("");
        try (Http http = new Http(address())) {
            assertEquals(413, http.ask("POST", "/", "Content-Length: 1000000").status());
            assertTrue(http.isClosedByServer());
        }
        try (Http http = new Http(address())) {
            assertEquals(413, http.ask("GET", "/", "Transfer-Encoding: chunked").status());
        }
        try (Http http = new Http(address())) {
            http.send("\u0016\u0003\u0001 what\r\n\r\n");
            assertEquals(400, http.reply(true).status());
        }
    }

    @Test
    void oneConnectionTooManyIsClosedAndTheLastOneAfterItsAnswer() throws Exception {
        serve(", max-connections: 4");
        try (Http first = new Http(address());
                Http second = new Http(address());
                Http third = new Http(address());
                Http fourth = new Http(address())) {
            try (Http fifth = new Http(address())) {
                assertTrue(fifth.isClosedByServer());
            }
            assertEquals(200, fourth.ask("GET", "/").status());
            assertTrue(fourth.isClosedByServer(), "there is room for somebody else");
            for (Http stays : new Http[] {first, second, third, first}) {
                assertEquals(200, stays.ask("GET", "/").status());
            }
        }
    }

    @Test
    void whoSendsNoRequestInTimeIsClosed() throws Exception {
        server.close();
        server = new HttpServer(site, SHORT);
        serve("");
        try (Http slow = new Http(address());
                Http idle = new Http(address())) {
            assertEquals(200, idle.ask("GET", "/").status());
            slow.send("GET / HTTP/1.1\r\nHost: loc");
            assertTrue(slow.isClosedByServer());
            assertTrue(idle.isClosedByServer());
        }
    }

    @Test
    void aPageThatTakesLongHoldsUpNoOtherClient() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        server.close();
        server = new HttpServer(
                site.with("/slow", accept -> {
                    done.await();
                    return Answer.text(200, "at last");
                }),
                HttpLimits.DEFAULTS);
        serve("");
        try (Http slow = new Http(address())) {
            slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertEquals(405, new Http(address()).ask("PUT", "/").status(), "the event loop turns");
            done.countDown();
            assertEquals("at last\n", slow.reply(true).body());
        }
    }

    /** DNS rebinding. */
    @Test
    void aNameOfAStrangersIsRefusedWhereNobodyHasToLogIn() throws Exception {
        try (Http http = new Http(serve(""))) {
            http.send("GET / HTTP/1.1\r\nHost: evil.example:9469\r\n\r\n");
            assertEquals(421, http.reply(true).status());
            http.send("GET / HTTP/1.1\r\nHost: [::1]:9469\r\n\r\n");
            assertEquals(200, http.reply(true).status());
        }
    }

    @Test
    void theTokenOpensAllAndHealthIsOpen() throws Exception {
        serve(", bearer-token-sha256: " + MetricsConfig.tokenSha256(TOKEN));
        Reply without = Http.get(address(), "/");
        assertEquals(401, without.status());
        assertEquals("Bearer realm=\"nurs\"", without.header("www-authenticate"));
        assertEquals("close", without.header("connection"), "and keeps no place");
        assertEquals(401, Http.get(address(), "/nowhere").status(), "nor is it told what there is");
        assertEquals(
                401, Http.get(address(), "/", "Authorization: Bearer wrong").status());
        assertEquals(401, Http.get(address(), "/", basic("admin", TOKEN)).status());
        assertEquals(
                200, Http.get(address(), "/", "Authorization: Bearer " + TOKEN).status());
        assertEquals(200, Http.get(address(), "/healthz").status());
    }

    private static String basic(String user, String password) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static String basicAuth() {
        return ", basic-auth: { user: admin, password-hash: \"" + PasswordHash.of("pa:ss") + "\" }";
    }

    @Test
    void nameAndPasswordOpenAll() throws Exception {
        serve(basicAuth());
        assertEquals(
                "Basic realm=\"nurs\", charset=\"UTF-8\"",
                Http.get(address(), "/").header("www-authenticate"));
        assertEquals(401, Http.get(address(), "/", basic("admin", "wrong")).status());
        assertEquals(401, Http.get(address(), "/", basic("root", "pa:ss")).status());
        assertEquals(401, Http.get(address(), "/", "Authorization: Basic %%%").status());
        assertEquals(200, Http.get(address(), "/", basic("admin", "pa:ss")).status());
    }

    @Test
    void whoGuessesHasToWaitAndWhoIsKnownHasNot() throws Exception {
        serve(basicAuth() + ", bearer-token-sha256: " + MetricsConfig.tokenSha256(TOKEN));
        assertEquals(200, Http.get(address(), "/", basic("admin", "pa:ss")).status());
        for (int i = 0; i < Attempts.MAX_FAILURES; i++) {
            assertEquals(
                    401,
                    Http.get(address(), "/", "Authorization: Bearer guess" + i).status());
        }
        assertEquals(
                429, Http.get(address(), "/", "Authorization: Bearer guess").status());
        assertEquals(429, Http.get(address(), "/", basic("admin", "guess")).status());
        assertEquals(200, Http.get(address(), "/", basic("admin", "pa:ss")).status());
        assertEquals(
                200, Http.get(address(), "/", "Authorization: Bearer " + TOKEN).status());
    }

    @Test
    void speaksTls(@TempDir Path folder) throws Exception {
        X509Bundle own = new CertificateBuilder()
                .subject("CN=nurs")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path certificate = Files.writeString(folder.resolve("own.pem"), own.getCertificatePathPEM());
        Path key = Files.writeString(folder.resolve("own.key"), own.getPrivateKeyPEM());
        serve(", tls: { certificate: %s, key: %s }".formatted(certificate, key));
        assertTrue(String.valueOf(server.url()).startsWith("https://127.0.0.1:"), server.url());
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("own", own.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        try (Http http = new Http(tls.getSocketFactory()
                .createSocket(address().getAddress(), address().getPort()))) {
            assertEquals("hello\n", http.ask("GET", "/").body());
        }
        try (Http plain = new Http(address())) {
            plain.send("GET / HTTP/1.1\r\n\r\n");
            assertTrue(plain.isClosedByServer());
        }
        StartException refused = assertThrows(
                StartException.class, () -> serve(", tls: { certificate: %s, key: %s }".formatted(key, certificate)));
        assertTrue(refused.advice().startsWith("metrics.tls: cannot use " + key), refused.advice());
    }

    @Test
    void movesToAnotherAddressAndStaysIfItCannot() throws Exception {
        InetSocketAddress first = serve("");
        try (Http old = new Http(first);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertEquals(200, old.ask("GET", "/").status());
            assertThrows(
                    StartException.class,
                    () -> server.apply(config("listen: \"127.0.0.1:" + taken.getLocalPort() + "\"")));
            assertEquals(200, old.ask("GET", "/").status());
            server.apply(config("listen: \"127.0.0.1:0\""));
            assertEquals(first, address());
            assertEquals(200, old.ask("GET", "/").status(), "nothing has changed");
            InetSocketAddress second = serve(", max-connections: 3");
            assertEquals(200, Http.get(second, "/").status());
            assertTrue(old.isClosedByServer());
            assertThrows(java.io.IOException.class, () -> Http.get(first, "/"));
            server.apply(config("listen: \"127.0.0.1:" + second.getPort() + "\", bearer-token-sha256: "
                    + MetricsConfig.tokenSha256(TOKEN)));
            assertEquals(401, Http.get(second, "/").status(), "the same address asks for a token now");
            server.apply(config("listen: off"));
            assertNull(server.address());
        }
    }

    @Test
    void onlyAnAddressThatIsWrittenMustBeHad() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            String listen = "listen: \"127.0.0.1:" + taken.getLocalPort() + "\"";
            StartException refused = assertThrows(StartException.class, () -> server.apply(config(listen)));
            assertTrue(
                    refused.advice()
                            .startsWith("cannot listen on 127.0.0.1:" + taken.getLocalPort()
                                    + " for the status page and metrics: "),
                    refused.advice());
            MetricsConfig written = config(listen);
            MetricsConfig unwritten =
                    new MetricsConfig(written.listen(), false, null, null, null, written.maxConnections(), null);
            server.apply(unwritten);
            assertNull(server.address());
            InetSocketAddress before = serve("");
            server.apply(unwritten);
            assertNull(server.address());
            assertThrows(java.io.IOException.class, () -> Http.get(before, "/"), "nobody wants it there any more");
        }
    }
}
