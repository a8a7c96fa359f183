package io.nurs.netflow5;

import io.nurs.flow.BigEndian;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.ExportClock;
import io.nurs.flow.Field;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import java.lang.foreign.MemorySegment;

/**
 * Writes NetFlow v5 datagrams. A template tells where the values of a record come from, and is sent to nobody: its fields have to
 * be those that version 5 has, in their order and lengths.
 */
public final class Netflow5Encoder extends FlowEncoder {
    /** The bits above {@link Netflow5#MAX_SAMPLING}: 1 is every n-th, 2 random, which comes nearest to our hash. */
    private static final int RANDOM = 2 << 14;

    private final SystemUptime uptime;
    private final int sampling;

    /**
     * For one engine: {@link EncoderOptions#observationDomain()} is its type (upper octet) and id.
     *
     * @param uptime the one that the templates take for first and last
     * @param sampling one of so many flows is sent; 1 is all
     */
    public Netflow5Encoder(EncoderOptions options, ExportClock clock, SystemUptime uptime, int sampling) {
        super(bounded(options), clock, Netflow5.HEADER_LENGTH, false);
        if (sampling < 1 || sampling > Netflow5.MAX_SAMPLING) {
            throw new IllegalArgumentException("sampling " + sampling + " is not in 1-" + Netflow5.MAX_SAMPLING);
        }
        this.uptime = uptime;
        this.sampling = sampling > 1 ? RANDOM | sampling : sampling;
    }

    private static EncoderOptions bounded(EncoderOptions options) {
        if (options.stream()) {
            throw new IllegalArgumentException("NetFlow v5 has datagrams only");
        }
        if (options.observationDomain() > Netflow5.MAX_ENGINE) {
            throw new IllegalArgumentException("engine " + options.observationDomain() + " has more than 16 bits");
        }
        return new EncoderOptions(
                options.observationDomain(),
                Math.min(options.maxDatagramBytes(), Netflow5.MAX_DATAGRAM_LENGTH),
                options.templateRefreshPackets(),
                options.templateRefreshInterval());
    }

    @Override
    protected void checkTemplate(Template<?> template) {
        if (!template.fields().stream().map(Netflow5Encoder::specifier).toList().equals(Netflow5.LAYOUT.fields())) {
            throw new IllegalArgumentException(
                    template + ": NetFlow v5 has the same fields always, and these are others");
        }
    }

    private static FieldSpecifier specifier(Field<?> field) {
        return new FieldSpecifier(field.element(), field.length());
    }

    @Override
    protected int templateSetId(Template<?> template) {
        throw new UnsupportedOperationException("NetFlow v5 has no templates");
    }

    @Override
    protected int templateLength(Template<?> template) {
        return 0;
    }

    @Override
    protected void writeTemplate(Template<?> template, MemorySegment datagram, long offset) {
        throw new UnsupportedOperationException("NetFlow v5 has no templates");
    }

    /** Flows seen, says Cisco: those sent before this datagram. */
    @Override
    protected boolean sequenceCountsRecords() {
        return true;
    }

    @Override
    protected void writeHeader(
            MemorySegment datagram, int length, int templates, int records, long sequence, long exportMillis) {
        // As in version 9: the whole second, rounded up, and the uptime that belongs to it. Collectors that read
        // unix_nsecs
        // and those that do not find the same boot.
        long unixSeconds = Math.ceilDiv(exportMillis, 1000L);
        BigEndian.putU16(datagram, 0, Netflow5.VERSION);
        BigEndian.putU16(datagram, 2, records);
        BigEndian.putU32(datagram, 4, uptime.at(unixSeconds * 1000));
        BigEndian.putU32(datagram, 8, unixSeconds);
        BigEndian.putU32(datagram, 12, 0);
        BigEndian.putU32(datagram, 16, sequence);
        BigEndian.putU16(datagram, Netflow5.ENGINE_OFFSET, (int) options().observationDomain());
        BigEndian.putU16(datagram, 22, sampling);
    }
}
