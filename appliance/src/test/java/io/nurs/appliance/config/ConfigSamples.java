package io.nurs.appliance.config;

/** Configurations that several tests start from. */
final class ConfigSamples {
    static final String MINIMAL = """
            stacks:
              - name: flows
                source: { type: conntrack }
                exporters: [main]
            exporters:
              main: { type: netflow9, collector: 192.0.2.10 }
            """;

    /** Every key there is, none with its default value. */
    static final String FULL = """
            transport: auto
            sources:
              wan: { type: conntrack, accounting: end }
            stacks:
              - name: flows
                source: { type: conntrack, active-timeout: 90s, accounting: delta, delivery: best-effort, guard: 75%,
                          empty-flows: report, mark: 0x10000/0xffff0000, namespace: monitorns, receive-buffer: 64KiB,
                          set-sysctls: true, shutdown-timeout: 500ms, readers: 4, first-start: export,
                          state-file: /run/nurs/totals, max-flows: 5000, events: nat, nat-threshold: 70% }
                filters:
                  - { type: mark-interfaces, ingress: "0xf0000000 >> 28", egress: "0xf0 >> 4", direction: 0x80000000 }
                  - { type: match, expression: "protocol == tcp and port in [80, 443]" }
                exporters: [main, spare]
                distribution: hash
              - name: whole
                source: wan
                exporters: [spare]
            exporters:
              main: { type: netflow9, collector: "[2001:db8::1]:2055", observation-domain: 0xfffffffc, nat-view: wire,
                      template-refresh: { packets: 7, interval: 1h }, max-datagram-bytes: 8000, flush-interval: 50ms }
              spare: { type: netflow9, collector: collector.example, fields: nat-events }
            """;

    private ConfigSamples() {}
}
