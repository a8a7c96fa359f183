package io.nurs.flow;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;

/**
 * One NetFlow v5, NetFlow v9 or IPFIX message, decoded as far as it could be.
 *
 * @param version 5, 9 or 10
 * @param sequence as sent: version 9 counts messages, versions 5 and 10 data records
 * @param exportTime whole seconds, but in version 5
 * @param sysUptimeMillis versions 5 and 9 only, otherwise 0
 * @param observationDomain version 9 calls it the source id, version 5 has engine type and id
 * @param templates those announced in this message, options templates too
 * @param anomalies what was wrong, in the order found; the rest of the message is still good
 */
public record DecodedMessage(
        InetSocketAddress sender,
        int version,
        long sequence,
        Instant exportTime,
        long sysUptimeMillis,
        long observationDomain,
        List<DecodedTemplate> templates,
        List<DataRecord> records,
        List<DecodeAnomaly> anomalies) {
    public DecodedMessage {
        templates = List.copyOf(templates);
        records = List.copyOf(records);
        anomalies = List.copyOf(anomalies);
    }
}
