package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A reload leaves alone what is equal: what is written alike has to be, and what is not must not. */
class ConfigEqualityTest {
    private static final String WHOLE = """
            stacks:
              - name: flows
                source: { type: conntrack, active-timeout: 60s, accounting: delta, state-file: /run/nurs/totals, max-flows: 1000000,
                          first-start: baseline, delivery: reliable, guard: 90%, empty-flows: skip, mark: 0x1000/0x1000,
                          namespace: monitorns, receive-buffer: 32MiB, readers: 1, set-sysctls: false, shutdown-timeout: 10s,
                          events: nat, nat-blocks: 512, nat-threshold: 80% }
                filters:
                  - { type: mark-interfaces, ingress: "0xf00 >> 8", egress: "0xf0 >> 4", direction: 0x1, names: true }
                  - { type: match, expression: "port == 443 and not address in [10.0.0.0/8, 2001:db8::/32]" }
                exporters: [main, log, disk, text, live, daemon]
                distribution: hash
              - { name: acct, source: { type: nfacct, interval: 9m, zero: true, first-start: export, namespace: acctns }, exporters: [main] }
              - { name: told, source: { type: conntrack-events, events: [new, destroy], family: ipv4, protocols: [tcp, 132], mark: 0x20/0x20,
                  delivery: reliable, guard: 70%, receive-buffer: 5MiB, namespace: toldns }, exporters: [main] }
              - { name: counters, source: { type: conntrack-stats, interval: 8m, per-cpu: true, namespace: statns }, exporters: [main] }
              - { name: rules, source: { type: nftables, changes: true, trace: true, counters: true, interval: 7m, zero: false, first-start: baseline, receive-buffer: 9MiB, namespace: nftns }, exporters: [main] }
              - name: queues
                source: { type: nfqueue, queues: [0-3, 7], copy-range: 65531, fail-open: true, gso: false, uid-gid: false,
                          security-context: false, conntrack: false, max-length: 4096, receive-buffer: 16MiB, namespace: queuens,
                          policy: { verdict: queue 9, mark: 0x10/0xf0, drop-if: ttl < 3, rewrite: { ttl: 64, dscp: 10 } } }
                exporters: []
            exporters:
              main: { type: netflow9, collector: "192.0.2.10:9995", observation-domain: 1, nat-view: client, filter: protocol == tcp,
                      source-address: 192.0.2.1, bind-device: eth0, dscp: 8, spool: { directory: /var/spool/nurs, rate: 10 },
                      biflow: false, fields: default, sampling: 1, options: true,
                      template-refresh: { packets: 20, interval: 10m }, max-datagram-bytes: 1400, flush-interval: 1s }
              log: { type: ipfix, collector: log.example, transport: tls, reconnect-interval: 2m, stall-timeout: 6s,
                     tls: { certificate: /c, key: /k, trust: /t, server-name: other.example }, fields: nat-events }
              disk: { type: ipfix, file: { path: /var/lib/f, rotate-size: 1MiB, rotate-interval: 1h, keep: 3 },
                      fields: [sourceIPv4Address, sourceIPv6Address, octetDeltaCount, ctMark], biflow: false,
                      enterprise-number: 4711 }
              text: { type: csv, file: { path: /var/lib/t }, sampling: 16 }
              live: { type: json, names: iana, tcp: "192.0.2.10:5170", tls: { certificate: /e, key: /k, trust: /t } }
              daemon: { type: syslog, unix: /run/daemon, facility: local4, severity: debug, app-name: daemon, format: local }
            """;

    @Test
    void whatIsWrittenAlikeIsEqual() throws ConfigException {
        ApplianceConfig one = ConfigLoader.parse("a.yaml", WHOLE);
        ApplianceConfig other = ConfigLoader.parse("b.yaml", "# further down\n\n" + WHOLE);

        assertEquals(one.stacks(), other.stacks());
        assertEquals(one.exporters(), other.exporters());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "active-timeout: 60s | active-timeout: 61s",
                "totals, max | other, max",
                "1000000 | 1000001",
                "baseline | export",
                "delivery: reliable | delivery: best-effort",
                "90% | 91%",
                "empty-flows: skip | empty-flows: report",
                "0x1000/0x1000 | 0x3000/0x3000",
                "monitorns | otherns",
                "32MiB | 31MiB",
                "set-sysctls: false | set-sysctls: true",
                "shutdown-timeout: 10s | shutdown-timeout: 9s",
                "nat-blocks: 512 | nat-blocks: 256",
                "nat-threshold: 80% | nat-threshold: 81%",
                "0xf00 >> 8 | 0xf00 >> 9",
                "direction: 0x1 | direction: 0x2",
                "names: true | names: false",
                "port == 443 | port == 444",
                "2001:db8::/32 | 2001:db8::/33",
                "hash | mirror",
                "'[main, log, disk, ' | '[log, main, disk, '",
                "192.0.2.10:9995 | 192.0.2.10:9996",
                "observation-domain: 1 | observation-domain: 2",
                "nat-view: client | nat-view: wire",
                "protocol == tcp | protocol == udp",
                "source-address: 192.0.2.1 | source-address: 192.0.2.2",
                "eth0 | eth1",
                "dscp: 8 | dscp: 9",
                "/var/spool/nurs | /var/spool/other",
                "rate: 10 | rate: 11",
                "fields: default | fields: minimal",
                "sampling: 1 | sampling: 2",
                "options: true | options: false",
                "packets: 20 | packets: 21",
                "interval: 10m | interval: 11m",
                "interval: 9m | interval: 10m",
                "zero: true | zero: false",
                "first-start: export | first-start: baseline",
                "acctns | otherns",
                "'[new, destroy]' | '[new, update, destroy]'",
                "family: ipv4 | family: any",
                "'[tcp, 132]' | '[tcp, 133]'",
                "0x20/0x20 | 0x20/0x30",
                "guard: 70% | guard: 71%",
                "5MiB | 6MiB",
                "toldns | otherns",
                "interval: 8m | interval: 7m",
                "per-cpu: true | per-cpu: false",
                "statns | otherns",
                "changes: true | changes: false",
                "trace: true | trace: false",
                "counters: true | counters: false",
                "interval: 7m | interval: 6m",
                "zero: false | zero: true",
                "9MiB | 10MiB",
                "nftns | otherns",
                "1400 | 1401",
                "flush-interval: 1s | flush-interval: 2s",
                "log.example | log2.example",
                "interval: 2m | interval: 3m",
                "stall-timeout: 6s | stall-timeout: 7s",
                "certificate: /c | certificate: /d",
                "key: /k | key: /l",
                "trust: /t | trust: /u",
                "other.example | third.example",
                "/var/lib/f | /var/lib/g",
                "1MiB | 2MiB",
                "rotate-interval: 1h | rotate-interval: 2h",
                "keep: 3 | keep: 4",
                "ctMark | ctZone",
                "4711 | 4712",
                "type: csv | type: xml",
                "names: iana | names: ecs",
                "/var/lib/t | /var/lib/u",
                "sampling: 16 | sampling: 17",
                "192.0.2.10:5170 | 192.0.2.10:5171",
                "certificate: /e | certificate: /f",
                "unix: /run/daemon | unix: /run/other",
                "'unix: /run/daemon' | 'udp: 192.0.2.10'",
                "local4 | local5",
                "debug | info",
                "app-name: daemon | app-name: other",
                "format: local | format: rfc5424",
            })
    void whatIsWrittenOtherwiseIsNot(String written, String otherwise) throws ConfigException {
        assertTrue(WHOLE.contains(written), written);
        ApplianceConfig one = ConfigLoader.parse("a.yaml", WHOLE);
        ApplianceConfig other = ConfigLoader.parse("a.yaml", WHOLE.replace(written, otherwise));

        assertNotEquals(one.stacks(), other.stacks());
    }

    /** An array, or a class that has forgotten its equals, would make a reload restart what has not changed. */
    @Test
    void everyPartOfAConfigurationIsAValue() {
        Set<String> others = new TreeSet<>();
        for (Class<?> record : List.of(
                StackConfig.class,
                ConntrackSourceConfig.class,
                NfacctSourceConfig.class,
                CounterSourceConfig.class,
                NftablesSourceConfig.class,
                NfqueueSourceConfig.class,
                PolicyConfig.class,
                PolicyConfig.MarkChange.class,
                NatEventsConfig.class,
                MarkMatch.class,
                MarkInterfacesConfig.class,
                MarkField.class,
                MatchConfig.class,
                FlowExporterConfig.class,
                CollectorDestination.class,
                CollectorAddress.class,
                TlsConfig.class,
                SpoolConfig.class,
                FileDestination.class,
                OutputDestination.class,
                OutputSocket.class,
                SyslogConfig.class,
                RecordsConfig.class,
                FieldChoice.class,
                TemplateRefresh.class)) {
            assertTrue(record.isRecord(), record::getName);
            for (RecordComponent component : record.getRecordComponents()) {
                Class<?> type = component.getType();
                if (!isValue(type)) {
                    Type generic = component.getGenericType();
                    others.add(record.getSimpleName() + "." + component.getName() + ": " + generic.getTypeName());
                }
            }
        }
        assertEquals(Set.of(), others);
    }

    private static boolean isValue(Class<?> type) {
        return type.isPrimitive()
                || type.isEnum()
                || type.isRecord()
                || Set.of(String.class, Duration.class, Path.class, List.class, InetAddress.class)
                        .contains(type)
                || Set.of(SourceConfig.class, Destination.class, OutputPlace.class)
                        .contains(type)
                || List.of("FlowExpression", "PacketExpression").contains(type.getSimpleName());
    }
}
