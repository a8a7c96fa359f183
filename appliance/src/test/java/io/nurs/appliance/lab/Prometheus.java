package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A Prometheus on 127.0.0.1 that scrapes, and looks at rules, each second. */
public final class Prometheus implements AutoCloseable {
    private final Program program;
    private final int port;

    private Prometheus(Program program, int port) {
        this.program = program;
        this.port = port;
    }

    /** One series of an answer, and its value. */
    public record Sample(Map<String, String> labels, double value) {}

    /**
     * Starts it and waits until it answers.
     *
     * @param directory for its configuration and data
     * @param rules a file of rules, as text
     * @param target address and port of what has the job nurs
     */
    public static Prometheus start(Path directory, String rules, String target) throws IOException {
        Requires.tools("prometheus");
        Files.writeString(directory.resolve("rules.yaml"), rules);
        Path configuration = Files.writeString(directory.resolve("prometheus.yaml"), """
                global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
                rule_files: [rules.yaml]
                scrape_configs:
                  - job_name: nurs
                    static_configs: [{ targets: ["%s"] }]
                """.formatted(target));
        int port = freePort();
        Prometheus prometheus = new Prometheus(
                Program.start(List.of(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)),
                port);
        Wait.until(() -> "Prometheus answers: " + Wait.unchecked(prometheus.program::output), prometheus::isReady);
        return prometheus;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private boolean isReady() throws IOException {
        assertTrue(program.isRunning(), program.output());
        try {
            read("/-/ready");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    private String read(String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url() + path).toURL().openConnection();
        int code = connection.getResponseCode();
        try (InputStream body = code < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            String text = body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8);
            if (code >= 400) {
                throw new IOException(code + " for " + path + ": " + text);
            }
            return text;
        }
    }

    private Map<String, Object> data(String path) throws IOException {
        return Json.object(Json.objects("[" + read(path) + "]").getFirst().get("data"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The answer as of now. */
    public List<Sample> query(String expression) throws IOException {
        return Json.objects(data("/api/v1/query?query=" + encoded(expression)).get("result")).stream()
                .map(series -> new Sample(labels(series, "metric"), number(Json.list(series, "value"))))
                .toList();
    }

    /** Values that a label has, of the series that a selector meets. */
    public Set<String> labelValues(String selector, String label) throws IOException {
        String path = "/api/v1/label/%s/values?match%%5B%%5D=%s".formatted(label, encoded(selector));
        Set<String> texts = new TreeSet<>();
        Json.list(Json.objects("[" + read(path) + "]").getFirst(), "data")
                .forEach(value -> texts.add(String.valueOf(value)));
        return texts;
    }

    /** Names of alerts that fire. */
    public Set<String> firing() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Map<String, Object> alert : Json.objects(data("/api/v1/alerts").get("alerts"))) {
            if ("firing".equals(alert.get("state"))) {
                names.add(labels(alert, "labels").getOrDefault("alertname", ""));
            }
        }
        return names;
    }

    private static Map<String, String> labels(Map<String, Object> of, String key) {
        Map<String, String> labels = new LinkedHashMap<>();
        Json.object(of.get(key)).forEach((name, value) -> labels.put(name, value.toString()));
        return labels;
    }

    /** A time and a value, the latter as text. */
    private static double number(List<?> sample) {
        String text = String.valueOf(sample.get(1));
        return Double.parseDouble(text.replace("Inf", "Infinity"));
    }

    @Override
    public void close() throws IOException {
        program.close();
    }
}
