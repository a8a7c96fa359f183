package io.nurs.appliance.collect;

import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import java.io.IOException;
import java.nio.file.Path;

/** An authority and what it signs, made by openssl for one test. */
final class Certificates {
    private final Path directory;
    private final String name;

    private Certificates(Path directory, String name) {
        this.directory = directory;
        this.name = name;
    }

    static Certificates authority(Path directory, String name) throws IOException, InterruptedException {
        Requires.tools("openssl");
        Certificates authority = new Certificates(directory, name);
        openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=%s -keyout %s -out %s"
                        .formatted(name, authority.key(name), authority.certificate(name)));
        return authority;
    }

    Path trust() {
        return certificate(name);
    }

    Path certificate(String subject) {
        return directory.resolve(subject + ".pem");
    }

    Path key(String subject) {
        return directory.resolve(subject + ".key");
    }

    /**
     * Signs a certificate.
     *
     * @param days that it is valid from now; a negative number has it expired
     */
    void sign(String subject, int days) throws IOException, InterruptedException {
        Path request = directory.resolve(subject + ".csr");
        openssl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=%s -keyout %s -out %s"
                .formatted(subject, key(subject), request));
        openssl("x509 -req -in %s -CA %s -CAkey %s -CAcreateserial -days %d -out %s"
                .formatted(request, trust(), key(name), days, certificate(subject)));
    }

    private static void openssl(String arguments) throws IOException, InterruptedException {
        Program.run(("openssl " + arguments).split(" ", -1));
    }
}
