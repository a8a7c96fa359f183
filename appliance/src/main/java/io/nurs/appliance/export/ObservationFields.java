package io.nurs.appliance.export;

import io.nurs.appliance.config.FlowProtocol;
import io.nurs.flow.Field;
import io.nurs.flow.FieldWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/** Fields of our own elements, as an exporter numbers and measures them; keeps those that it has made. */
final class ObservationFields {
    private static final int NAMESPACE_BYTES = 32;

    private final FlowProtocol protocol;
    private final int enterprise;
    private final String namespace;
    private final Set<NursElement> used = EnumSet.noneOf(NursElement.class);

    /** @param namespace name of the network namespace that is read; empty for nursd's own */
    ObservationFields(FlowProtocol protocol, int enterprise, String namespace) {
        this.protocol = protocol;
        this.enterprise = enterprise;
        this.namespace = namespace;
    }

    <S> Field<S> number(NursElement element, ToLongFunction<S> value) {
        used.add(element);
        var numbered = element.in(protocol, enterprise);
        return Field.integer(numbered, numbered.type().defaultLength(), value);
    }

    /** As long as it is; NetFlow v9 has no such thing, and fills it up. */
    <S> Field<S> string(NursElement element, int bytes, Function<S, String> value) {
        used.add(element);
        var numbered = element.in(protocol, enterprise);
        return switch (protocol) {
            case IPFIX -> Field.string(numbered, value);
            case NETFLOW9 -> Field.string(numbered, bytes, value);
        };
    }

    /** As {@link #string}, of octets that are valid UTF-8, and no more than fit into a datagram. */
    <S> Field<S> text(NursElement element, int bytes, Function<S, byte[]> value) {
        used.add(element);
        var numbered = element.in(protocol, enterprise);
        return switch (protocol) {
            case IPFIX ->
                Field.variable(numbered, source -> value.apply(source).length, (source, datagram, at) -> {
                    byte[] octets = value.apply(source);
                    MemorySegment.copy(octets, 0, datagram, ValueLayout.JAVA_BYTE, at, octets.length);
                });
            case NETFLOW9 ->
                Field.string(numbered, bytes, source -> new String(value.apply(source), StandardCharsets.UTF_8));
        };
    }

    /** As {@link #string}, of octets that are there already. */
    <S> Field<S> text(
            NursElement element, int bytes, ToIntFunction<S> length, FieldWriter<S> writer, FieldWriter<S> padded) {
        used.add(element);
        var numbered = element.in(protocol, enterprise);
        return switch (protocol) {
            case IPFIX -> Field.variable(numbered, length, writer);
            case NETFLOW9 -> Field.octets(numbered, bytes, padded);
        };
    }

    boolean isIpfix() {
        return protocol == FlowProtocol.IPFIX;
    }

    /** The namespace's name, if it has one. */
    <S> List<Field<S>> namespace() {
        return namespace.isEmpty()
                ? List.of()
                : List.of(string(NursElement.netnsName, NAMESPACE_BYTES, source -> namespace));
    }

    Set<NursElement> used() {
        return used;
    }
}
