package io.nurs.appliance.dashboards;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Browser;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Requires;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Draws a dashboard's JSON in a browser, from what a Prometheus has of a router with traffic and a nursd with which all is well. The
 * picture in the README is drawn by it, of two minutes: {@code -Dnurs.write=picture}.
 */
@Tag("netns")
class DashboardPictureIT {
    private static final boolean WRITE = System.getProperty("nurs.write", "").equals("picture");
    private static final int SECONDS = WRITE ? 120 : 8;
    private static final int WIDTH = 1400;
    private static final int MAX_OCTETS = 200 << 10;

    @TempDir
    Path directory;

    @Test
    void eachPanelOfTheOverviewIsDrawn() throws Exception {
        Requires.root();
        Requires.tools("chromium", "chromedriver");
        Dashboard overview = Dashboard.read("overview");
        try (RecordingCollector main = RecordingCollector.tallying();
                RecordingCollector archive = RecordingCollector.tallying();
                Scene scene = Scene.open(directory, stacks(main.port(), archive.port()), "groups: []\n");
                Browser browser = Browser.open(directory.resolve("profile"))) {
            // What is drawn is a stretch of time, and has to pass first.
            Thread.sleep(1000L * (SECONDS + 8));
            browser.open(page(scene).toUri().toString());
            browser.waitForText("title", "panels");
            assertEquals("drawn " + overview.panels().size() + " panels, 0 empty", browser.text("title"));
            assertEquals(overview.panels().size(), browser.count("section"));
            assertTrue(browser.count("polyline") > 10, "lines");
            Path picture = directory.resolve("picture.png");
            browser.screenshot(picture, WIDTH, false);
            SmallPng.pack(picture);
            assertTrue(Files.size(picture) < MAX_OCTETS, Files.size(picture) + " octets");
            if (WRITE) {
                Files.copy(picture, Dashboard.DIRECTORY.resolve("overview.png"), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static String stacks(int main, int archive) {
        return """
            stacks:
              - name: flows
                source: { type: conntrack, namespace: ROUTER, active-timeout: 2s }
                exporters: [main, archive]
            exporters:
              main: { type: netflow9, collector: "127.0.0.1:%d" }
              archive: { type: ipfix, collector: "127.0.0.1:%d" }
            """.formatted(main, archive);
    }

    private Path page(Scene scene) throws IOException {
        String template;
        try (InputStream in = DashboardPictureIT.class.getResourceAsStream("/dashboards/drawing.html")) {
            template = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        long now = System.currentTimeMillis() / 1000 - 2;
        String input = """
                const INPUT = { prometheus: "%s", from: %d, to: %d, dashboard: %s,
                  variables: { job: ".*", instance: ".*", source: ".*", __range: "%ds", __rate_interval: "6s" } };
                """.formatted(scene.prometheus().url(), now - SECONDS, now, Dashboard.text("overview"), SECONDS);
        return Files.writeString(directory.resolve("drawing.html"), template.replace("/*INPUT*/", input));
    }
}
