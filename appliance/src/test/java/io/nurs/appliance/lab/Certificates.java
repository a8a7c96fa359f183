package io.nurs.appliance.lab;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** An authority, and certificates that it issues, as files. */
public final class Certificates {
    private final Path directory;
    private final X509Bundle authority;

    public Certificates(Path directory) throws Exception {
        this.directory = directory;
        this.authority = valid().subject("CN=nurs test authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
    }

    private static CertificateBuilder valid() {
        return new CertificateBuilder()
                .notBefore(Instant.now().minus(2, ChronoUnit.DAYS))
                .notAfter(Instant.now().plus(2, ChronoUnit.DAYS));
    }

    /** The exporter's keys of {@code tls:} with a certificate of this authority. */
    public String client() throws Exception {
        return keys("client", valid().subject("CN=router").buildIssuedBy(authority));
    }

    /** The same with one that expired yesterday. */
    public String expiredClient() throws Exception {
        return keys(
                "expired",
                valid().notAfter(Instant.now().minus(1, ChronoUnit.DAYS))
                        .subject("CN=router")
                        .buildIssuedBy(authority));
    }

    /** The same with one of an authority that nobody knows. */
    public String strangersClient() throws Exception {
        X509Bundle stranger =
                valid().subject("CN=stranger").setIsCertificateAuthority(true).buildSelfSigned();
        return keys("stranger", valid().subject("CN=router").buildIssuedBy(stranger));
    }

    private String keys(String name, X509Bundle bundle) throws Exception {
        Path certificate = Files.writeString(directory.resolve(name + ".pem"), bundle.getCertificatePathPEM());
        Path key = Files.writeString(directory.resolve(name + ".key"), bundle.getPrivateKeyPEM());
        return "certificate: %s, key: %s, trust: %s".formatted(certificate, key, directory.resolve("ca.pem"));
    }

    /** A collector's end with a certificate for 127.0.0.1 and collector.example, which asks for a client's. */
    public SslContext server() throws Exception {
        return server(collector());
    }

    /** Writes the same as server.pem and server.key, for a program. */
    public void writeServer() throws Exception {
        keys("server", collector());
    }

    private X509Bundle collector() throws Exception {
        return valid().subject("CN=collector")
                .addSanIpAddress("127.0.0.1")
                .addSanDnsName("collector.example")
                .buildIssuedBy(authority);
    }

    /** The same with a certificate for other.example. */
    public SslContext serverOfOtherName() throws Exception {
        return server(valid().subject("CN=other").addSanDnsName("other.example").buildIssuedBy(authority));
    }

    private SslContext server(X509Bundle bundle) throws Exception {
        return SslContextBuilder.forServer(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath())
                .trustManager(authority.getCertificate())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
    }
}
