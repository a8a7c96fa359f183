package io.nurs.appliance.source;

import static io.nurs.netlink.conntrack.ConntrackAttribute.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.appliance.config.ConntrackSourceConfig;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowEndReasonTest {
    private final List<Integer> reasons = new ArrayList<>();
    private final EmbeddedSource source = new EmbeddedSource(
            ConntrackSourceConfig.defaults("flows"), InstantSource.system(), flow -> reasons.add(flow.endReason()));

    private void assertReason(int expected, EntryMessage destroyed) {
        reasons.clear();
        source.read(destroyed.counters(1, 60, 0, 0));
        assertEquals(List.of(expected), reasons);
    }

    @Test
    void whatExpiredWasIdle() {
        assertReason(FlowEndReason.IDLE_TIMEOUT, EntryMessage.destroy());
        assertReason(FlowEndReason.IDLE_TIMEOUT, EntryMessage.destroy().timeoutSeconds(0));
        assertReason(FlowEndReason.IDLE_TIMEOUT, EntryMessage.destroy().tcpState(TCP_CONNTRACK_ESTABLISHED));
        assertReason(FlowEndReason.IDLE_TIMEOUT, EntryMessage.destroy().tcpState(TCP_CONNTRACK_SYN_SENT));
    }

    @Test
    void whatExpiredAfterItsProtocolEndedItHasEnded() {
        assertReason(FlowEndReason.END_OF_FLOW, EntryMessage.destroy().tcpState(TCP_CONNTRACK_TIME_WAIT));
        assertReason(FlowEndReason.END_OF_FLOW, EntryMessage.destroy().tcpState(TCP_CONNTRACK_CLOSE));
        assertReason(FlowEndReason.END_OF_FLOW, EntryMessage.destroy().tcpState(TCP_CONNTRACK_LAST_ACK));
    }

    @Test
    void whatAProcessDeletedWasForced() {
        assertReason(
                FlowEndReason.FORCED_END,
                EntryMessage.destroy().timeoutSeconds(29).portId(4711));
        assertReason(
                FlowEndReason.FORCED_END,
                EntryMessage.destroy().timeoutSeconds(119).portId(4711).tcpState(TCP_CONNTRACK_TIME_WAIT));
    }

    @Test
    void whatTheKernelDeletedEarlyHadToMakeRoom() {
        source.tableIsNearlyFull(true);
        assertReason(FlowEndReason.LACK_OF_RESOURCES, EntryMessage.destroy().timeoutSeconds(29));
        assertReason(
                FlowEndReason.LACK_OF_RESOURCES,
                EntryMessage.destroy().timeoutSeconds(29).status(IPS_SRC_NAT));
        assertReason(
                FlowEndReason.LACK_OF_RESOURCES,
                EntryMessage.destroy().timeoutSeconds(29).tcpState(TCP_CONNTRACK_SYN_SENT));
        assertReason(
                FlowEndReason.END_OF_FLOW,
                EntryMessage.destroy().timeoutSeconds(119).tcpState(TCP_CONNTRACK_TIME_WAIT));
    }

    @Test
    void aTranslatedFlowThatTheKernelDeletedWithRoomLeftHasLostItsAddress() {
        assertReason(
                FlowEndReason.FORCED_END,
                EntryMessage.destroy().timeoutSeconds(29).status(IPS_SRC_NAT));
    }

    @Test
    void aConnectionThatTheKernelDeletedWithRoomLeftWasReopened() {
        assertReason(
                FlowEndReason.END_OF_FLOW,
                EntryMessage.destroy().timeoutSeconds(29).tcpState(TCP_CONNTRACK_ESTABLISHED));
    }
}
