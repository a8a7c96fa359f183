package io.nurs.ipfix;

import io.nurs.flow.BigEndian;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.ExportClock;
import io.nurs.flow.Field;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.lang.foreign.MemorySegment;

/**
 * Writes RFC 7011 messages. What differs from NetFlow v9: the header has a length and no uptime, the sequence counts
 * data records, enterprises number elements of their own, values may have a length of their own, and a stream takes
 * templates back.
 */
public final class IpfixEncoder extends FlowEncoder {
    private static final int MAX_ELEMENT_ID = Ipfix.ENTERPRISE_BIT - 1;

    public IpfixEncoder(EncoderOptions options, ExportClock clock) {
        super(options, clock, Ipfix.HEADER_LENGTH);
    }

    @Override
    protected void checkTemplate(Template<?> template) {
        for (Field<?> field : template.fields()) {
            InformationElement element = field.element();
            if (element.id() > MAX_ELEMENT_ID) {
                throw new IllegalArgumentException(template + ": " + element
                        + " exists in NetFlow v9 only, IPFIX has 15 bits for an element's id; leave it out");
            }
        }
        Biflow.check(template);
    }

    @Override
    protected int templateSetId(Template<?> template) {
        return template.isOptions() ? Ipfix.OPTIONS_TEMPLATE_SET : Ipfix.TEMPLATE_SET;
    }

    @Override
    protected int templateLength(Template<?> template) {
        int length = headerLength(template);
        for (int i = 0; i < template.fields().size(); i++) {
            boolean isIana = template.fields().get(i).element().isIana();
            length += isIana ? Ipfix.FIELD_LENGTH : Ipfix.FIELD_LENGTH + Ipfix.ENTERPRISE_LENGTH;
        }
        return length;
    }

    private static int headerLength(Template<?> template) {
        return template.isOptions() ? Ipfix.OPTIONS_TEMPLATE_HEADER_LENGTH : Ipfix.TEMPLATE_HEADER_LENGTH;
    }

    @Override
    protected void writeTemplate(Template<?> template, MemorySegment datagram, long offset) {
        BigEndian.putU16(datagram, offset, template.id());
        BigEndian.putU16(datagram, offset + 2, template.fields().size());
        if (template.isOptions()) {
            BigEndian.putU16(datagram, offset + 4, template.scopeFields());
        }
        long at = offset + headerLength(template);
        for (int i = 0; i < template.fields().size(); i++) {
            at = writeField(template.fields().get(i), datagram, at);
        }
    }

    private static long writeField(Field<?> field, MemorySegment datagram, long offset) {
        InformationElement element = field.element();
        BigEndian.putU16(datagram, offset, element.isIana() ? element.id() : Ipfix.ENTERPRISE_BIT | element.id());
        BigEndian.putU16(datagram, offset + 2, field.length());
        if (element.isIana()) {
            return offset + Ipfix.FIELD_LENGTH;
        }
        BigEndian.putU32(datagram, offset + Ipfix.FIELD_LENGTH, element.enterprise());
        return offset + Ipfix.FIELD_LENGTH + Ipfix.ENTERPRISE_LENGTH;
    }

    // RFC 7011 §3.1 counts data records, those of options too; RFC 3954 §5.1 would count datagrams.
    @Override
    protected boolean sequenceCountsRecords() {
        return true;
    }

    @Override
    protected void writeHeader(
            MemorySegment datagram, int length, int templates, int records, long sequence, long exportMillis) {
        BigEndian.putU16(datagram, 0, Ipfix.VERSION);
        BigEndian.putU16(datagram, Ipfix.LENGTH_OFFSET, length);
        BigEndian.putU32(datagram, 4, Math.floorDiv(exportMillis, 1000L));
        BigEndian.putU32(datagram, 8, sequence);
        BigEndian.putU32(datagram, Ipfix.DOMAIN_OFFSET, options().observationDomain());
    }

    /**
     * Takes a template back, so that its id is free for another; does nothing if it has not been sent. §8.1
     *
     * @return false if no buffer was free, and nothing is withdrawn
     * @throws IllegalStateException on UDP, where §8.4 forbids it
     */
    public boolean withdraw(Template<?> template) {
        requireStream();
        return withdraw(templateSetId(template), template.id(), template::equals);
    }

    /**
     * Takes all templates back, options templates too. The end of a connection does so by itself.
     *
     * @return false if no buffer was free for all of it
     * @throws IllegalStateException on UDP, where §8.4 forbids it
     */
    public boolean withdrawAll() {
        requireStream();
        return withdraw(Ipfix.TEMPLATE_SET, Ipfix.TEMPLATE_SET, template -> !template.isOptions())
                && withdraw(Ipfix.OPTIONS_TEMPLATE_SET, Ipfix.OPTIONS_TEMPLATE_SET, Template::isOptions);
    }

    private void requireStream() {
        if (!options().stream()) {
            throw new IllegalStateException("RFC 7011 §8.4: templates are not withdrawn on UDP");
        }
    }
}
