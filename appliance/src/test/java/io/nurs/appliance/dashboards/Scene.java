package io.nurs.appliance.dashboards;

import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Prometheus;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The lab with traffic that goes on, the launcher's nursd that reads its router, and a Prometheus that asks it each second. */
final class Scene implements AutoCloseable {
    private static final Path LAUNCHER = Dashboard.DIRECTORY.resolveSibling("nursd");
    private static final Pattern PAGE = Pattern.compile("status page at http://([0-9.:]+)/");

    private final Lab lab;
    private final Prometheus prometheus;
    private final Thread traffic;
    private volatile boolean over;

    private Scene(Lab lab, Prometheus prometheus) {
        this.lab = lab;
        this.prometheus = prometheus;
        this.traffic = Thread.ofPlatform().daemon().name("traffic").start(this::traffic);
    }

    /**
     * Starts all of it.
     *
     * @param directory for all files
     * @param stacks of the configuration, where ROUTER stands for the router's namespace
     * @param rules of Prometheus
     */
    static Scene open(Path directory, String stacks, String rules) throws Exception {
        Requires.tools("prometheus");
        Lab lab = Lab.open();
        try {
            Server.start(lab);
            for (String timeout : List.of("udp_timeout", "udp_timeout_stream", "tcp_timeout_time_wait")) {
                lab.sysctl("net.netfilter.nf_conntrack_" + timeout, 1);
            }
            Program nursd = lab.closing(start(directory, stacks.replace("ROUTER", lab.router())));
            nursd.waitForOutput("nursd is running");
            Matcher page = PAGE.matcher(nursd.output());
            if (!page.find()) {
                throw new AssertionError(nursd.output());
            }
            return new Scene(lab, lab.closing(Prometheus.start(directory, rules, page.group(1))));
        } catch (Exception | Error e) {
            lab.close();
            throw e;
        }
    }

    private static Program start(Path directory, String stacks) throws IOException {
        String metrics = "metrics: { listen: \"127.0.0.1:0\", top: { k: 8, interval: 1s } }\n";
        Path file = Files.writeString(directory.resolve("nurs.yaml"), stacks + metrics);
        return Program.start(List.of(LAUNCHER.toString(), "run", "--config", file.toString()));
    }

    Lab lab() {
        return lab;
    }

    Prometheus prometheus() {
        return prometheus;
    }

    /** More and less of it in turn, translated and not, of both families. */
    private void traffic() {
        Traffic each = new Traffic(lab);
        for (int round = 0; !over; round++) {
            int flows = (int) (14 + 9 * Math.sin(round / 12.0) + 4 * Math.sin(round / 5.0));
            int now = round;
            Wait.unchecked(() -> {
                each.sessions(Lab.CLIENT4, Traffic.at(Lab.SERVER4, Lab.PLAIN), flows);
                each.sessions(Lab.CLIENT4, Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 4);
                each.sessions(Lab.CLIENT6, Traffic.at(Lab.SERVER6, Lab.PLAIN), 3);
                tcp(Traffic.at(now % 3 == 0 ? Lab.SERVER6 : Lab.SERVER4, Lab.PLAIN), 4_000 * flows);
                each.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 10, 900, 300);
                Thread.sleep(100);
                return true;
            });
        }
    }

    private void tcp(InetSocketAddress to, int replyOctets) throws IOException {
        Lab.in(lab.client(), () -> {
            try (SocketChannel channel = SocketChannel.open(to)) {
                Channels.newOutputStream(channel)
                        .write(ByteBuffer.allocate(8).putInt(4, replyOctets).array());
                return Channels.newInputStream(channel).readNBytes(replyOctets).length;
            }
        });
    }

    @Override
    public void close() {
        over = true;
        Wait.unchecked(() -> {
            traffic.join();
            return true;
        });
        lab.close();
    }
}
