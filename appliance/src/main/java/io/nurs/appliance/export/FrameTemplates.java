package io.nurs.appliance.export;

import static io.nurs.appliance.export.NursElement.*;
import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.source.ObservedPacket;
import io.nurs.flow.Field;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.util.List;

/** The dictionary of packets whose octets are wanted: those of capture files. */
final class FrameTemplates {
    /** After those of {@link PacketTemplates}. */
    private static final int FIRST_ID = 632;

    /**
     * A record is in one message of at most 65532 octets, and with it, at first, its template (96). Headers of the message and of the
     * set have 20, the other fields 106 at most, names of interfaces included, beside the prefix.
     */
    static final int MOST_OCTETS = 65_532 - 96 - 20 - 106;

    private final Template<ObservedPacket> frame;
    private final Template<ObservedPacket> packet;

    FrameTemplates(ObservationFields own) {
        frame = template(FIRST_ID, own, dataLinkFrameSection);
        packet = template(FIRST_ID + 1, own, ipHeaderPacketSection);
    }

    private static Template<ObservedPacket> template(int id, ObservationFields own, InformationElement section) {
        return own.template(
                id,
                PacketTemplates.joined(
                        List.of(
                                Field.ntpTime(observationTimeNanoseconds, ObservedPacket::timeNanos),
                                own.number(packetLength, seen -> seen.frame().linkOctets() + seen.packetLength()),
                                own.number(packetVerdict, ObservedPacket::verdict)),
                        PacketTemplates.interfaces(own, true),
                        PacketTemplates.selection(),
                        PacketTemplates.prefix(own),
                        List.of(Field.variable(
                                section,
                                FrameTemplates::octets,
                                (seen, to, at) -> seen.frame().write(to, at, octets(seen))))));
    }

    private static int octets(ObservedPacket seen) {
        return Math.min(seen.frame().length(), MOST_OCTETS - seen.prefix().length());
    }

    List<Template<ObservedPacket>> all() {
        return List.of(frame, packet);
    }

    Template<ObservedPacket> of(ObservedPacket seen) {
        return seen.frame().hasLink() ? frame : packet;
    }
}
