package io.nurs.netflow9;

import io.nurs.flow.BigEndian;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.ExportClock;
import io.nurs.flow.Field;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.InformationElement;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import java.lang.foreign.MemorySegment;

/**
 * Writes RFC 3954 datagrams. What differs from IPFIX: the header counts records and carries an uptime, the sequence
 * counts datagrams, and there are neither enterprise numbers nor variable lengths.
 */
public final class Netflow9Encoder extends FlowEncoder {
    /** Padding has up to three zero octets; a shorter record would be read out of them. */
    private static final int MIN_RECORD_LENGTH = 4;

    private final SystemUptime uptime;

    /** Takes the same {@code uptime} as the templates do for their fields 21 and 22. */
    public Netflow9Encoder(EncoderOptions options, ExportClock clock, SystemUptime uptime) {
        super(options, clock, Netflow9.HEADER_LENGTH);
        this.uptime = uptime;
    }

    @Override
    protected void checkTemplate(Template<?> template) {
        for (int i = 0; i < template.fields().size(); i++) {
            Field<?> field = template.fields().get(i);
            InformationElement element = field.element();
            if (i < template.scopeFields() && !Netflow9Scope.isScope(element)) {
                throw new IllegalArgumentException(
                        template + ": NetFlow v9 has scope types of its own, " + element + " is none");
            }
            if (i >= template.scopeFields() && !element.isIana()) {
                throw new IllegalArgumentException(
                        template + ": NetFlow v9 has no enterprise numbers, leave out " + element);
            }
            if (field.isVariableLength()) {
                throw new IllegalArgumentException(
                        template + ": NetFlow v9 has no variable lengths, give " + element + " a fixed one");
            }
        }
        if (template.recordLength() < MIN_RECORD_LENGTH) {
            throw new IllegalArgumentException(
                    template + ": a record of less than " + MIN_RECORD_LENGTH + " octets looks like padding");
        }
    }

    @Override
    protected int templateSetId(Template<?> template) {
        return template.isOptions() ? Netflow9.OPTIONS_TEMPLATE_SET : Netflow9.TEMPLATE_SET;
    }

    @Override
    protected int templateLength(Template<?> template) {
        return headerLength(template) + template.fields().size() * Netflow9.FIELD_LENGTH;
    }

    private static int headerLength(Template<?> template) {
        return template.isOptions() ? Netflow9.OPTIONS_TEMPLATE_HEADER_LENGTH : Netflow9.TEMPLATE_HEADER_LENGTH;
    }

    @Override
    protected void writeTemplate(Template<?> template, MemorySegment datagram, long offset) {
        int fields = template.fields().size();
        BigEndian.putU16(datagram, offset, template.id());
        if (template.isOptions()) {
            // Octets, not fields as in IPFIX: §6.1.
            BigEndian.putU16(datagram, offset + 2, template.scopeFields() * Netflow9.FIELD_LENGTH);
            BigEndian.putU16(datagram, offset + 4, (fields - template.scopeFields()) * Netflow9.FIELD_LENGTH);
        } else {
            BigEndian.putU16(datagram, offset + 2, fields);
        }
        long at = offset + headerLength(template);
        for (int i = 0; i < fields; i++, at += Netflow9.FIELD_LENGTH) {
            Field<?> field = template.fields().get(i);
            BigEndian.putU16(datagram, at, field.element().id());
            BigEndian.putU16(datagram, at + 2, field.length());
        }
    }

    // RFC 3954 §5.1 counts datagrams; RFC 7011 §3.1 would count data records.
    @Override
    protected boolean sequenceCountsRecords() {
        return false;
    }

    @Override
    protected void writeHeader(
            MemorySegment datagram, int length, int templates, int records, long sequence, long exportMillis) {
        // unix_secs * 1000 - sysUptime is how collectors find our boot: it must not vary by the milliseconds that
        // unix_secs cannot say.
        // So the uptime is that of the second sent; rounded up, because collectors take a flow later than the uptime
        // for a wrapped one.
        long unixSeconds = Math.ceilDiv(exportMillis, 1000L);
        BigEndian.putU16(datagram, 0, Netflow9.VERSION);
        BigEndian.putU16(datagram, 2, templates + records);
        BigEndian.putU32(datagram, 4, uptime.at(unixSeconds * 1000));
        BigEndian.putU32(datagram, 8, unixSeconds);
        BigEndian.putU32(datagram, 12, sequence);
        BigEndian.putU32(datagram, 16, options().observationDomain());
    }
}
