package io.nurs.appliance;

import io.netty.channel.ChannelFuture;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConntrackEventSourceConfig;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.CounterSourceConfig;
import io.nurs.appliance.config.FirstStart;
import io.nurs.appliance.config.NfacctSourceConfig;
import io.nurs.appliance.config.NflogSourceConfig;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.config.NftablesSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.source.ConntrackEventSource;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.CounterSource;
import io.nurs.appliance.source.InterfaceNames;
import io.nurs.appliance.source.NfacctSource;
import io.nurs.appliance.source.NflogSource;
import io.nurs.appliance.source.NfqueueSource;
import io.nurs.appliance.source.NftablesSource;
import io.nurs.appliance.source.Source;
import io.nurs.flow.SystemUptime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from what runs to another configuration; a start is the way from nothing. What can fail comes first, and each step
 * leaves behind how it is undone, so that a failure ends where it began. What has not changed is not touched.
 *
 * <p>The order: collectors are opened; what new sources need is looked for; changed and removed sources stop, as at the end;
 * collectors that take the file or the spool of others do so, while the kernel keeps what it has to tell; new sources start.
 * Then nothing fails any more: flows take the new ways, and what is no longer used is closed.
 *
 * <p>Longer than a class should be: these steps and their contraries are best read in one place.
 */
final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

    private final Transports transport;
    private final SystemUptime uptime;
    private final List<Reader> before;
    private final ApplianceConfig next;
    private final List<Item> items = new ArrayList<>();
    private List<Reader> removed = List.of();
    private final Deque<Undo> undo = new ArrayDeque<>();

    /** How a step is undone. */
    @FunctionalInterface
    private interface Undo {
        void run() throws Exception;
    }

    /** One reader's part. */
    private static final class Item {
        private final ReaderPlan plan;
        private final Reader reader;
        /** Whether its source is to start, because there is none, or another one. */
        private final boolean starts;

        private final Map<CollectorKey, Collector> fresh = new HashMap<>();
        private @Nullable InterfaceNames names;

        Item(ReaderPlan plan, Reader reader, boolean starts) {
            this.plan = plan;
            this.reader = reader;
            this.starts = starts;
        }

        /** Keys without a collector as yet; one that is closed could not be opened again by an earlier attempt. */
        List<CollectorKey> missing() {
            return plan.collectors().values().stream()
                    .filter(key -> !hasOpen(key) && !fresh.containsKey(key))
                    .toList();
        }

        private boolean hasOpen(CollectorKey key) {
            Collector own = reader.collectors().get(key);
            return own != null && own.isOpen();
        }

        /** Those that stay, and new ones. */
        Map<CollectorKey, Collector> collectors() {
            Map<CollectorKey, Collector> all = new LinkedHashMap<>();
            for (CollectorKey key : plan.collectors().values()) {
                Collector own = fresh.get(key);
                all.put(
                        key,
                        own == null ? Objects.requireNonNull(reader.collectors().get(key)) : own);
            }
            return all;
        }
    }

    /** A collector that is no longer used. */
    private record Retiring(Reader reader, CollectorKey key, Collector collector) {}

    Reload(Transports transport, SystemUptime uptime, List<Reader> before, ApplianceConfig next) {
        this.transport = transport;
        this.uptime = uptime;
        this.before = before;
        this.next = next;
    }

    private void plan() {
        for (SourceConfig source : next.sources()) {
            for (int number = 0; number < source.readers(); number++) {
                items.add(item(ReaderPlan.of(next, source, number)));
            }
        }
        List<Reader> kept = items.stream().map(item -> item.reader).toList();
        removed = before.stream().filter(reader -> !kept.contains(reader)).toList();
    }

    private Item item(ReaderPlan plan) {
        for (Reader reader : before) {
            ReaderPlan own = reader.plan();
            if (own.source().name().equals(plan.source().name()) && own.number() == plan.number()) {
                return new Item(plan, reader, reader.source() == null || !goesOn(own.source(), plan.source()));
            }
        }
        return new Item(plan, new Reader(plan, transport, uptime), true);
    }

    private static boolean goesOn(SourceConfig before, SourceConfig next) {
        return before.equals(next) || before.canBecome(next);
    }

    /**
     * Goes all the way, or nowhere.
     *
     * @return the readers that run now
     * @throws StartException if the machine cannot do what the new configuration asks; then all is as it was, unless the message
     *     says otherwise
     */
    List<Reader> run() throws StartException, InterruptedException {
        try {
            undo.push(this::closeNewLoops);
            plan();
            openCollectors();
            checkSources();
            stopSources();
            exchangeCollectors();
            startSources();
            openNames();
        } catch (InterruptedException e) {
            throw e;
        } catch (StartException e) {
            throw undone(e);
        } catch (Throwable e) {
            // Netty throws checked exceptions undeclared, and a thread that cannot be had is an Error.
            throw undone(unexpected(e));
        }
        commit();
        return items.stream().map(item -> item.reader).toList();
    }

    private static StartException unexpected(Throwable e) {
        LOG.error("internal error, please report it", e);
        return new StartException("internal error: " + e, e);
    }

    private StartException undone(StartException cause) throws InterruptedException {
        List<String> failed = new ArrayList<>();
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (InterruptedException e) {
                throw e;
            } catch (StartException e) {
                failed.add(e.advice());
            } catch (Throwable e) {
                failed.add(unexpected(e).advice());
            }
        }
        return failed.isEmpty()
                ? cause
                : new StartException(
                        cause.advice() + "; and what ran before could not be taken up again: "
                                + String.join("; ", failed),
                        cause);
    }

    private void closeNewLoops() throws InterruptedException {
        for (Item item : items) {
            if (!before.contains(item.reader)) {
                item.reader.closeLoop();
            }
        }
    }

    /** All but those that others are in the way of. */
    private void openCollectors() throws StartException, InterruptedException {
        List<Retiring> retiring = retiring();
        for (Item item : items) {
            for (CollectorKey key : item.missing()) {
                if (retiring.stream().noneMatch(old -> old.key.collidesWith(key))) {
                    open(item, key);
                }
            }
        }
    }

    private void open(Item item, CollectorKey key) throws StartException, InterruptedException {
        Collector opened = item.reader.openCollector(key);
        item.fresh.put(key, opened);
        undo.push(() -> opened.close().await());
        item.reader.collectors().forEach((old, collector) -> {
            if (key.continues(old) && !item.plan.collectors().containsValue(old)) {
                opened.follow(collector);
            }
        });
    }

    private List<Retiring> retiring() {
        List<Retiring> retiring = new ArrayList<>();
        removed.forEach(reader -> retiring.addAll(retiring(reader, Set.of())));
        items.forEach(item -> retiring.addAll(
                retiring(item.reader, new HashSet<>(item.plan.collectors().values()))));
        return retiring;
    }

    private static List<Retiring> retiring(Reader reader, Set<CollectorKey> kept) {
        return reader.collectors().entrySet().stream()
                .filter(old -> !kept.contains(old.getKey()))
                .map(old -> new Retiring(reader, old.getKey(), old.getValue()))
                .toList();
    }

    private void checkSources() throws StartException {
        for (Item item : items) {
            if (item.starts) {
                switch (item.plan.source()) {
                    case ConntrackSourceConfig conntrack -> ConntrackSource.check(conntrack);
                    case ConntrackEventSourceConfig events -> ConntrackEventSource.check(events);
                    case NfacctSourceConfig nfacct -> NfacctSource.check(nfacct);
                    case CounterSourceConfig counters -> CounterSource.check(counters);
                    case NftablesSourceConfig nftables -> NftablesSource.check(nftables);
                    case NfqueueSourceConfig queues -> NfqueueSource.check(queues);
                    case NflogSourceConfig nflog -> NflogSource.check(nflog);
                }
            }
        }
    }

    private List<Reader> stopping() {
        List<Reader> stopping = new ArrayList<>(removed);
        items.stream()
                .filter(item -> item.starts && before.contains(item.reader))
                .forEach(item -> stopping.add(item.reader));
        return stopping;
    }

    private void stopSources() throws InterruptedException {
        List<Reader> stopping =
                stopping().stream().filter(reader -> reader.source() != null).toList();
        undo.push(() -> reopen(stopping));
        stopping.forEach(Reader::beginStop);
        for (Reader reader : stopping) {
            LOG.info(
                    "source {}: stopping, because the configuration has changed",
                    reader.plan().source().name());
            reader.stopSource();
        }
    }

    /** As they were. */
    private void reopen(List<Reader> stopped) throws StartException, InterruptedException {
        Map<String, Source> first = new HashMap<>();
        for (Reader reader : stopped) {
            start(reader, reader.plan(), reader.collectors(), first);
            reader.tellInterfaces(reader.names());
        }
    }

    private void start(
            Reader reader, ReaderPlan plan, Map<CollectorKey, Collector> collectors, Map<String, Source> first)
            throws StartException, InterruptedException {
        String name = plan.source().name();
        SourceConfig config = switch (plan.source()) {
            case ConntrackSourceConfig conntrack -> onItsWay(conntrack);
            case ConntrackEventSourceConfig events -> events;
            case NfacctSourceConfig nfacct -> onItsWay(nfacct);
            case CounterSourceConfig counters -> counters;
            case NftablesSourceConfig nftables -> onItsWay(nftables);
            case NfqueueSourceConfig queues -> queues;
            case NflogSourceConfig nflog -> nflog;
        };
        first.putIfAbsent(name, reader.startSource(plan, config, first.get(name), collectors));
    }

    /** What is in the table has been reported by the source that stopped, unless both keep it in one file: not again. */
    private ConntrackSourceConfig onItsWay(ConntrackSourceConfig config) {
        boolean takesOver = stopping().stream()
                .map(reader -> reader.plan().source())
                .anyMatch(old -> old instanceof ConntrackSourceConfig stopped
                        && Objects.equals(stopped.namespace(), config.namespace())
                        && (config.stateFile() == null || !config.stateFile().equals(stopped.stateFile())));
        return takesOver ? config.withFirstStart(FirstStart.BASELINE) : config;
    }

    /** What objects have counted was reported up to a moment ago: all of it, or all since the last zero, which is none of it now. */
    private NfacctSourceConfig onItsWay(NfacctSourceConfig config) {
        return stopping().stream()
                .map(reader -> reader.plan().source())
                .filter(old -> old instanceof NfacctSourceConfig && Objects.equals(old.namespace(), config.namespace()))
                .map(NfacctSourceConfig.class::cast)
                .findFirst()
                .map(stopped -> config.withFirstStart(stopped.zero() ? FirstStart.EXPORT : FirstStart.BASELINE))
                .orElse(config);
    }

    /** As with accounting objects. One that did not tell of counters has reported none. */
    private NftablesSourceConfig onItsWay(NftablesSourceConfig config) {
        return stopping().stream()
                .map(reader -> reader.plan().source())
                .filter(old -> old instanceof NftablesSourceConfig stopped
                        && stopped.counters()
                        && Objects.equals(old.namespace(), config.namespace()))
                .map(NftablesSourceConfig.class::cast)
                .findFirst()
                .map(stopped -> config.withFirstStart(stopped.zero() ? FirstStart.EXPORT : FirstStart.BASELINE))
                .orElse(config);
    }

    /** One after the other where both want the same file or the same spool. */
    private void exchangeCollectors() throws StartException, InterruptedException {
        List<Retiring> inTheWay = retiring().stream()
                .filter(old ->
                        items.stream().flatMap(item -> item.missing().stream()).anyMatch(old.key::collidesWith))
                .toList();
        for (Retiring old : inTheWay) {
            undo.push(() -> old.reader.route(old.reader.plan(), old.reader.collectors()));
            old.reader.hold();
        }
        for (Retiring old : inTheWay) {
            undo.push(() -> {
                Map<CollectorKey, Collector> collectors = new LinkedHashMap<>(old.reader.collectors());
                collectors.put(old.key, old.reader.openCollector(old.key));
                old.reader.collectors(collectors);
            });
            old.collector.close().await();
        }
        for (Item item : items) {
            for (CollectorKey key : item.missing()) {
                open(item, key);
            }
        }
    }

    private void startSources() throws StartException, InterruptedException {
        Map<String, Source> first = new HashMap<>();
        for (Item item : items) {
            if (item.starts) {
                start(item.reader, item.plan, item.collectors(), first);
                undo.push(item.reader::stopSource);
            }
        }
    }

    private void openNames() throws StartException {
        for (Item item : items) {
            if (!item.plan.named().isEmpty()) {
                InterfaceNames own = item.starts ? null : item.reader.names();
                if (own == null) {
                    InterfaceNames opened = item.reader.openNames();
                    undo.push(opened::close);
                    own = opened;
                }
                item.names = own;
            }
        }
    }

    private void commit() throws InterruptedException {
        List<Retiring> retiring = retiring();
        for (Item item : items) {
            try {
                commit(item);
            } catch (InterruptedException e) {
                throw e;
            } catch (Throwable e) {
                // There is no way back any more, and the others are to get there.
                unexpected(e);
            }
        }
        // At once: each may take a while.
        List<ChannelFuture> closing =
                retiring.stream().map(old -> old.collector.close()).toList();
        for (ChannelFuture closed : closing) {
            closed.await();
        }
        retiring.forEach(old -> LOG.info(
                "exporter {}: closed after {} records in {} datagrams, {} records dropped",
                old.collector.name(),
                old.collector.encoded().flowRecords(),
                old.collector.encoded().datagrams(),
                old.collector.notSent().flows()));
        for (Reader reader : removed) {
            reader.closeLoop();
        }
    }

    private static void commit(Item item) throws InterruptedException {
        Map<CollectorKey, Collector> collectors = item.collectors();
        if (!item.starts && (!item.fresh.isEmpty() || !item.plan.isRoutedAs(item.reader.plan()))) {
            item.reader.route(item.plan, collectors);
        }
        item.reader.become(item.plan, collectors);
        item.reader.tellInterfaces(item.names);
    }
}
