package io.nurs.appliance.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.http.HttpServer;
import io.nurs.appliance.lab.Browser;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as a browser shows it. With {@code -Dnurs.screenshots=DIRECTORY} it keeps pictures, which the documentation has. */
@Tag("netns")
class StatusPageBrowserTest {
    private static final String SCREENSHOTS = System.getProperty("nurs.screenshots", "");
    private static final int PHONE = 360;

    @TempDir
    static Path profile;

    private static Browser browser;

    private Lab lab;
    private RecordingCollector collector;

    @BeforeAll
    static void openBrowser() {
        browser = Browser.open(profile);
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        collector = lab.closing(RecordingCollector.open());
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private HttpServer show(String exporters, String names) throws Exception {
        Subject subject = lab.closing(Subject.start("""
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, active-timeout: 1s, empty-flows: report }
                    exporters: [%s]
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 20ms }
                %s
                metrics: { listen: "127.0.0.1:0" }
                """.formatted(lab.router(), names, collector.port(), exporters)));
        StatusPages pages = lab.closing(StatusPages.start(subject::appliance, "0.1.0"));
        HttpServer server =
                lab.closing(HttpServer.start(subject.appliance().config().metrics(), pages.site()));
        browser.width(1200, false);
        browser.open(Objects.requireNonNull(server.url()));
        return server;
    }

    private void traffic(int round, int flows) throws Exception {
        new Traffic(lab).manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), 10_000 + 500 * (round % 40), flows);
        lab.inRouter("conntrack", "-F");
    }

    private static double rate() {
        String text = browser.text("#flow-rate");
        return text.equals("–") ? 0 : Double.parseDouble(text.replace(",", ""));
    }

    @Test
    void showsABoundSourceAndAGrowingRate() throws Exception {
        HttpServer server = show("", "main");
        browser.waitForText("#sentence", "Working: 1 source, 1 collector");
        browser.waitForText("#sources", "✓ bound, reading");
        browser.waitForText("#collectors", "✓ up");
        browser.waitForText("#ledger", "✓ even");
        browser.waitForText("#contact", "live");
        traffic(0, 5);
        Wait.until("a rate", () -> rate() > 0);
        double before = rate();
        for (int round = 1; rate() <= before && round < 200; round++) {
            traffic(round, 50);
        }
        assertTrue(rate() > before, () -> rate() + " after " + before);
        keepScreenshots();

        browser.width(PHONE, false);
        assertEquals(List.of(), browser.stickingOut());
        server.close();
        Wait.until(
                "it says that it has lost contact",
                () -> browser.text("#contact").startsWith("No contact with nursd"));
        // That it was refused is all there is to see there.
        assertEquals(
                List.of(),
                browser.console().stream()
                        .filter(line -> !line.contains("ERR_CONNECTION_REFUSED"))
                        .toList());
    }

    @Test
    void showsWhatASourceOfEventsIsTold() throws Exception {
        Subject subject = lab.closing(Subject.start("""
                stacks:
                  - { name: told, source: { type: conntrack-events, namespace: %s }, exporters: [main] }
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 20ms }
                metrics: { listen: "127.0.0.1:0" }
                """.formatted(lab.router(), collector.port())));
        StatusPages pages = lab.closing(StatusPages.start(subject::appliance, "0.1.0"));
        HttpServer server =
                lab.closing(HttpServer.start(subject.appliance().config().metrics(), pages.site()));
        browser.width(1200, false);
        browser.open(Objects.requireNonNull(server.url()));
        browser.waitForText("#sentence", "Working: 1 source, 1 collector");
        traffic(0, 7);
        browser.waitForText("#events td:nth-child(4)", "7");
        browser.waitForText("#events td:nth-child(6)", "7");
        browser.waitForText("#events", "✓ bound, reading");
        browser.waitForText("#events", "new, destroy of ");
        browser.width(PHONE, false);
        assertEquals(List.of(), browser.stickingOut());
        assertEquals(List.of(), browser.console());
    }

    private void keepScreenshots() throws Exception {
        if (SCREENSHOTS.isEmpty()) {
            return;
        }
        long end = System.nanoTime() + 40_000_000_000L;
        for (int round = 0; System.nanoTime() < end; round++) {
            traffic(round, 20 + (round * 37) % 230);
            Thread.sleep(150);
        }
        // Some that live, and time for them to be told.
        new Traffic(lab).manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), 40_000, 1200);
        browser.waitForText("#live", "1,");
        browser.screenshot(Path.of(SCREENSHOTS, "status-page.png"), 1200, false);
        browser.screenshot(Path.of(SCREENSHOTS, "status-page-dark.png"), 1200, true);
    }

    @Test
    void saysWhatIsAmissAndTheCommandThatMendsIt() throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_acct", 0);
        show(
                "  gone: { type: ipfix, transport: tcp, collector: \"127.0.0.1:%d\" }"
                        .formatted(RecordingCollector.freePort()),
                "main, gone");
        browser.waitForText("#findings", "nf_conntrack_acct is 0");
        browser.waitForText("#findings code", "sysctl -w net.netfilter.nf_conntrack_acct=1");
        browser.waitForText("#sentence", "Attention: ");
        browser.waitForText("#collectors tr:nth-child(2)", "✕ down");
        browser.waitForText("#collectors tr:nth-child(2)", "Connection refused");
        browser.waitForText("#findings", "collector gone");
        browser.waitForText("#collectors tr:nth-child(1)", "✓ up");
        browser.width(PHONE, true);
        assertEquals(List.of(), browser.stickingOut());
        if (!SCREENSHOTS.isEmpty()) {
            browser.screenshot(Path.of(SCREENSHOTS, "status-page-phone.png"), PHONE, true);
        }
        lab.sysctl("net.netfilter.nf_conntrack_acct", 1);
        Wait.until(
                "what was mended is not shown any more",
                () -> !browser.text("#findings").contains("nf_conntrack_acct"));
        assertEquals(List.of(), browser.console());
    }
}
