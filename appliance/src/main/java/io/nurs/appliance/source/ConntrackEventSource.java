package io.nurs.appliance.source;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.nurs.appliance.Finding;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.AddressFamily;
import io.nurs.appliance.config.ConntrackEventSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.appliance.config.EntryEvent;
import io.nurs.appliance.config.MarkMatch;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.SocketFilter;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import io.nurs.netlink.conntrack.ConntrackEventFilter;
import io.nurs.netlink.conntrack.ConntrackRequests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the kernel tells of the entries of one namespace's connection table, a record a message: {@code type: conntrack-events}. */
public final class ConntrackEventSource extends AbstractSource {
    private static final Logger LOG = LoggerFactory.getLogger(ConntrackEventSource.class);
    private static final long WATCH_MILLIS = 1_000;
    private static final long DRAIN_MILLIS = 5;
    /** Looks until a namespace without any entry is worth a word. */
    private static final int UNTRACKED_LOOKS = 10;

    private final ConntrackEventSourceConfig config;
    private final ConntrackEventStats stats = new ConntrackEventStats();
    private final NetlinkChannel events;
    private final EventBacklog backlog;
    private final RateLimit lossLimit = new RateLimit();
    private final RateLimit unreadableLimit = new RateLimit();
    private @Nullable ReliabilityGuard guard;
    private @Nullable Future<?> tick;
    private int looks;

    private ConntrackEventSource(ConntrackEventSourceConfig config, EventLoop loop) throws StartException {
        super(config, 0, loop);
        this.config = config;
        this.events = open(config, "events", options(config));
        this.backlog = new EventBacklog(events);
    }

    /**
     * Opens the socket and starts reading; events go to {@code sink}, on {@code loop}.
     *
     * @throws StartException if a privilege, the namespace or the kernel's part is missing
     */
    public static ConntrackEventSource open(ConntrackEventSourceConfig config, EventLoop loop, FlowSink sink)
            throws StartException, InterruptedException {
        ConntrackEventSource source = new ConntrackEventSource(config, loop);
        boolean started = false;
        try {
            source.requireCtnetlink();
            source.adviseOfSysctls();
            source.start(sink);
            started = true;
            LOG.info(
                    "source {}: conntrack events {} of {}, delivery {}, receive buffer {} KiB",
                    config.name(),
                    config.events(),
                    source.namespace(),
                    config.delivery(),
                    source.events.receiveBufferBytes() / 1024);
            return source;
        } finally {
            if (!started) {
                source.stopGuard();
                source.discard();
            }
        }
    }

    /**
     * Finds out whether {@link #open} would find its namespace and its socket.
     *
     * @throws StartException if not
     */
    public static void check(ConntrackEventSourceConfig config) throws StartException {
        SourceSockets.discard(SourceSockets.open(config, SourceSockets.namespace(config), options(config)));
    }

    private static NetlinkOptions options(ConntrackEventSourceConfig config) {
        return NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER, groups(config))
                .withReceiveBufferBytes(config.receiveBufferBytes())
                .withBroadcastError(config.delivery() == Delivery.RELIABLE)
                .withFilter(filter(config));
    }

    private static Integer[] groups(ConntrackEventSourceConfig config) {
        return config.events().stream().map(ConntrackEventSource::group).toArray(Integer[]::new);
    }

    private static int group(EntryEvent event) {
        return switch (event) {
            case NEW -> ConntrackAttribute.NFNLGRP_CONNTRACK_NEW;
            case UPDATE -> ConntrackAttribute.NFNLGRP_CONNTRACK_UPDATE;
            case DESTROY -> ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY;
        };
    }

    /** The kernel looks at it before it queues an event: what it passes over takes no room. */
    private static SocketFilter filter(ConntrackEventSourceConfig config) {
        MarkMatch mark = config.mark();
        return ConntrackEventFilter.choosing(
                family(config.family()),
                config.protocols(),
                mark == null ? 0 : mark.value(),
                mark == null ? 0 : mark.mask());
    }

    private static int family(AddressFamily family) {
        return switch (family) {
            case ANY -> ConntrackRequests.AF_UNSPEC;
            case IPV4 -> ConntrackRequests.AF_INET;
            case IPV6 -> ConntrackRequests.AF_INET6;
        };
    }

    /** Its groups can be joined without it. */
    private void requireCtnetlink() throws StartException, InterruptedException {
        NetlinkChannel requests =
                SourceSockets.open(config, namespace(), NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER));
        try {
            requests.pipeline().addLast(new NetlinkMessageDecoder(requests.stats()), new NetlinkRequestTracker());
            eventLoop().register(requests).sync();
            ConntrackSetup.requireCtnetlink(config, requests);
        } finally {
            SourceSockets.discard(requests);
            requests.closeFuture().sync();
        }
    }

    private void adviseOfSysctls() {
        try {
            sysctlFindings()
                    .forEach(finding ->
                            LOG.warn("source {}: {}. Run: {}", config.name(), finding.what(), finding.mend()));
        } catch (IOException e) {
            LOG.warn(
                    "source {}: cannot read conntrack's sysctls ({}); assuming that they are set",
                    config.name(),
                    e.toString());
        }
    }

    private void start(FlowSink sink) throws StartException, InterruptedException {
        events.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(events.stats()),
                        new ConntrackDecoder(events.stats()),
                        new ConntrackEventReader(stats, FlowClock.SYSTEM),
                        sink,
                        new Tail());
        if (config.delivery() == Delivery.RELIABLE) {
            guard = guard();
        }
        eventLoop().register(events).sync();
        tick = eventLoop().scheduleAtFixedRate(this::look, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    private ReliabilityGuard guard() throws StartException {
        try {
            return ReliabilityGuard.start(name(), events, namespace(), config.guardPercent());
        } catch (IOException e) {
            throw new StartException(
                    "source " + config.name() + ": cannot watch nf_conntrack_count (" + e.getMessage()
                            + "), which reliable delivery asks for; write delivery: best-effort",
                    e);
        }
    }

    private void look() {
        backlog.look();
        ReliabilityGuard guarding = guard;
        // With reliable delivery each retry of an end counts as a drop.
        long lost = guarding == null ? events.kernelDrops() : guarding.lostEvents();
        if (stats.lost(lost, System.currentTimeMillis()) && lossLimit.permits()) {
            LOG.warn(
                    "source {}: {} events lost: the receive buffer ({} KiB) overflowed; raise receive-buffer, or choose fewer"
                            + " events{}",
                    name(),
                    lost,
                    events.receiveBufferBytes() / 1024,
                    lossLimit.suppressed());
        }
        long unreadable = events.stats().malformedMessages() + events.stats().truncatedDatagrams();
        if (stats.unreadable(unreadable) && unreadableLimit.permits()) {
            LOG.warn(
                    "source {}: {} messages of the kernel could not be read and were left out; please report this, with the"
                            + " kernel's version{}",
                    name(),
                    unreadable,
                    unreadableLimit.suppressed());
        }
        if (++looks == UNTRACKED_LOOKS && isUntracked()) {
            LOG.warn(
                    "source {}: {} tracks no connection at all. If it has traffic, no rule there uses conntrack yet; this one"
                            + " starts it: {}",
                    name(),
                    namespace(),
                    ConntrackSysctls.STARTS_TRACKING);
        }
    }

    private boolean isUntracked() {
        if (stats.events() > 0) {
            return false;
        }
        try {
            ConntrackSysctls sysctls = ConntrackSysctls.read(namespace());
            return sysctls != null && sysctls.entries() == 0;
        } catch (IOException e) {
            LOG.debug("source {}: cannot read nf_conntrack_count", name(), e);
            return false;
        }
    }

    @Override
    void reportLast(Promise<Void> done) {
        backlog.look();
        if (guard == null || backlog.isRead()) {
            leave();
            drain(done);
        } else {
            eventLoop().schedule(() -> reportLast(done), DRAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void leave() {
        try {
            for (int group : groups(config)) {
                events.leave(group);
            }
        } catch (Errno e) {
            LOG.debug("source {}: cannot leave the group", name(), e);
        }
    }

    /** What the kernel has queued is read, as fast as the collectors take it. */
    private void drain(Promise<Void> done) {
        if (events.isOpen() && events.queuedBytes() > 0) {
            eventLoop().schedule(() -> drain(done), DRAIN_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        look();
        Future<?> watching = tick;
        if (watching != null) {
            watching.cancel(false);
        }
        done.trySuccess(null);
    }

    @Override
    void ended() throws InterruptedException {
        stopGuard();
    }

    private void stopGuard() throws InterruptedException {
        if (guard != null) {
            guard.stop();
        }
    }

    @Override
    public void adopt(SourceConfig next) {
        // What differs is another source.
    }

    @Override
    public void reportNow() {
        // Each event is reported as it comes.
    }

    public ConntrackEventStats stats() {
        return stats;
    }

    /** As the socket has it, and the kernel accounts for it. */
    public int receiveBufferBytes() {
        return events.receiveBufferBytes();
    }

    /** Whether ends are kept by the kernel until they are delivered. */
    public boolean isToBeReliable() {
        return config.delivery() == Delivery.RELIABLE;
    }

    /** With {@code delivery: reliable}: whether that is so now, or had to be given up for the table's sake. */
    public boolean isReliable() {
        ReliabilityGuard guarding = guard;
        return guarding != null && guarding.isReliable();
    }

    /** How often reliable delivery was given up for the table's sake. */
    public long timesGivenUp() {
        ReliabilityGuard guarding = guard;
        return guarding == null ? 0 : guarding.givenUp();
    }

    /** What the namespace's sysctls lack at this moment. Not on an event loop: it takes a thread into the namespace. */
    public List<Finding> sysctlFindings() throws IOException {
        ConntrackSysctls now = ConntrackSysctls.read(namespace());
        return now == null ? List.of() : now.eventFindings(config.events());
    }

    /** The kinds of events that it asks for, as the configuration has them. */
    public List<String> kinds() {
        List<String> kinds = new ArrayList<>();
        config.events().forEach(event -> kinds.add(event.toString()));
        return kinds;
    }
}
