package io.nurs.appliance.export;

import io.nurs.appliance.config.EnterpriseElements;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.config.RecordsConfig;
import io.nurs.flow.DataType;
import io.nurs.flow.InformationElement;
import io.nurs.ipfix.ElementSemantics;
import io.nurs.ipfix.ElementType;
import java.util.Map;

/**
 * Elements of our own, for what IANA's registry has no word. In IPFIX they are numbered under an enterprise number that the
 * operator chooses. NetFlow v9 has no such numbers: vendors take ids from 32768 on, which nobody hands out; collectors that do
 * not know one skip it.
 */
@SuppressWarnings("MemberName")
public enum NursElement {
    ctMark(1, DataType.UNSIGNED32, ElementSemantics.FLAGS, "connection mark (CTA_MARK)"),
    ctZone(2, DataType.UNSIGNED16, ElementSemantics.IDENTIFIER, "conntrack zone (CTA_ZONE)"),
    ctLabels(3, DataType.OCTET_ARRAY, ElementSemantics.DEFAULT, "connection labels, bit 0 first (CTA_LABELS)"),
    ctStatus(4, DataType.UNSIGNED32, ElementSemantics.FLAGS, "IPS_* bits (CTA_STATUS)"),
    ctHelper(5, DataType.STRING, ElementSemantics.DEFAULT, "name of the conntrack helper (CTA_HELP_NAME)"),
    ctId(6, DataType.UNSIGNED32, ElementSemantics.IDENTIFIER, "hash that names the conntrack entry (CTA_ID)"),
    netnsName(7, DataType.STRING, ElementSemantics.DEFAULT, "network namespace whose table it is"),
    flowEndEvidence(
            8,
            DataType.UNSIGNED8,
            ElementSemantics.IDENTIFIER,
            "how the end is known: 1 its time is inferred, 2 it was not seen"),
    acctName(9, DataType.STRING, ElementSemantics.IDENTIFIER, "name of the accounting object (NFACCT_NAME)"),
    acctFlags(10, DataType.UNSIGNED32, ElementSemantics.FLAGS, "NFACCT_F_* bits (NFACCT_FLAGS)"),
    acctQuota(
            11,
            DataType.UNSIGNED64,
            ElementSemantics.QUANTITY,
            "packets or octets as flags say, 0 none (NFACCT_QUOTA)"),
    acctUses(12, DataType.UNSIGNED32, ElementSemantics.QUANTITY, "rules that feed the accounting object (NFACCT_USE)"),
    acctPacketTotal(
            13, DataType.UNSIGNED64, ElementSemantics.TOTAL_COUNTER, "packets since made or zeroed (NFACCT_PKTS)"),
    acctOctetTotal(
            14, DataType.UNSIGNED64, ElementSemantics.TOTAL_COUNTER, "octets since made or zeroed (NFACCT_BYTES)"),
    ctCounterId(15, DataType.UNSIGNED16, ElementSemantics.IDENTIFIER, "CTA_STATS_*, 1000 + _EXP_*, 2000 + _GLOBAL_*"),
    ctCounterName(16, DataType.STRING, ElementSemantics.IDENTIFIER, "name of conntrack's counter"),
    ctCounterTotal(17, DataType.UNSIGNED64, ElementSemantics.TOTAL_COUNTER, "conntrack's counter since it began"),
    ctCounterDelta(
            18, DataType.UNSIGNED64, ElementSemantics.DELTA_COUNTER, "conntrack's counter since the last record"),
    ctCounterLevel(19, DataType.UNSIGNED64, ElementSemantics.SNMP_GAUGE, "what goes up and down, as it is now"),
    ctCpu(20, DataType.UNSIGNED16, ElementSemantics.IDENTIFIER, "CPU whose counter it is, from 0"),
    packetPrefix(21, DataType.STRING, ElementSemantics.DEFAULT, "what the rule calls its packets (NFULA_PREFIX)"),
    packetMark(22, DataType.UNSIGNED32, ElementSemantics.FLAGS, "the packet's mark (NFULA_MARK, NFQA_MARK)"),
    packetUid(23, DataType.UNSIGNED32, ElementSemantics.IDENTIFIER, "user whose socket sent it, 4294967295 if none"),
    packetGid(24, DataType.UNSIGNED32, ElementSemantics.IDENTIFIER, "group whose socket sent it, 4294967295 if none"),
    packetHook(25, DataType.UNSIGNED8, ElementSemantics.IDENTIFIER, "NF_INET_* or the family's own, linux/netfilter.h"),
    packetFamily(26, DataType.UNSIGNED8, ElementSemantics.IDENTIFIER, "NFPROTO_* of the hook: 2, 10, 5, 7"),
    packetSequence(
            27, DataType.UNSIGNED32, ElementSemantics.IDENTIFIER, "place in the group (NFULA_SEQ), id in the queue"),
    packetGlobalSequence(
            28, DataType.UNSIGNED32, ElementSemantics.IDENTIFIER, "place among all groups (NFULA_SEQ_GLOBAL)"),
    packetVerdict(29, DataType.UNSIGNED8, ElementSemantics.IDENTIFIER, "NF_* decided in a queue, 255 if none"),
    packetConntrackInfo(
            30, DataType.UNSIGNED8, ElementSemantics.IDENTIFIER, "enum ip_conntrack_info, 255 if not known"),
    packetLength(31, DataType.UNSIGNED32, ElementSemantics.QUANTITY, "octets of the frame or packet, cut or not"),
    ingressInterfaceName(32, DataType.STRING, ElementSemantics.DEFAULT, "name of ingressInterface"),
    egressInterfaceName(33, DataType.STRING, ElementSemantics.DEFAULT, "name of egressInterface"),
    ingressPhysicalInterfaceName(34, DataType.STRING, ElementSemantics.DEFAULT, "name of ingressPhysicalInterface"),
    egressPhysicalInterfaceName(35, DataType.STRING, ElementSemantics.DEFAULT, "name of egressPhysicalInterface"),
    nftFamily(60, DataType.STRING, ElementSemantics.IDENTIFIER, "family of the nftables table, as nft writes it"),
    nftTable(61, DataType.STRING, ElementSemantics.IDENTIFIER, "nftables table"),
    nftChain(62, DataType.STRING, ElementSemantics.IDENTIFIER, "nftables chain"),
    nftName(63, DataType.STRING, ElementSemantics.IDENTIFIER, "name of an nftables set, object or flowtable"),
    nftHandle(64, DataType.UNSIGNED64, ElementSemantics.IDENTIFIER, "the kernel's number for it, 0 none"),
    nftKind(65, DataType.STRING, ElementSemantics.IDENTIFIER, "table, chain, rule, set, element, object, flowtable"),
    nftChange(66, DataType.STRING, ElementSemantics.IDENTIFIER, "new (or changed) or removed"),
    nftText(67, DataType.STRING, ElementSemantics.DEFAULT, "a rule, an element and the like as nft writes it"),
    nftGeneration(68, DataType.UNSIGNED32, ElementSemantics.IDENTIFIER, "number of the rule set (NFTA_GEN_ID)"),
    nftProcessId(69, DataType.UNSIGNED32, ElementSemantics.IDENTIFIER, "who changed it (NFTA_GEN_PROC_PID), 0 unknown"),
    nftProcessName(70, DataType.STRING, ElementSemantics.DEFAULT, "who changed it (NFTA_GEN_PROC_NAME)"),
    nftPortId(71, DataType.UNSIGNED32, ElementSemantics.IDENTIFIER, "netlink port of who changed it, 0 the kernel"),
    nftChanges(72, DataType.UNSIGNED64, ElementSemantics.QUANTITY, "changes of the transaction"),
    nftTraceId(
            73, DataType.UNSIGNED32, ElementSemantics.IDENTIFIER, "the same in all steps of a packet (NFTA_TRACE_ID)"),
    nftTraceType(74, DataType.STRING, ElementSemantics.IDENTIFIER, "rule, return or policy (NFTA_TRACE_TYPE)"),
    nftVerdict(75, DataType.STRING, ElementSemantics.IDENTIFIER, "verdict of the rule, or the chain's policy"),
    nftJumpTarget(76, DataType.STRING, ElementSemantics.IDENTIFIER, "chain that a verdict leads to"),
    nftMark(77, DataType.UNSIGNED32, ElementSemantics.FLAGS, "mark of the packet (NFTA_TRACE_MARK)"),
    nftPacketTotal(78, DataType.UNSIGNED64, ElementSemantics.TOTAL_COUNTER, "packets since made or zeroed"),
    nftOctetTotal(79, DataType.UNSIGNED64, ElementSemantics.TOTAL_COUNTER, "octets since made or zeroed"),
    nftUses(80, DataType.UNSIGNED32, ElementSemantics.QUANTITY, "references to the counter or quota (NFTA_OBJ_USE)"),
    nftQuota(81, DataType.UNSIGNED64, ElementSemantics.QUANTITY, "octets that the quota allows (NFTA_QUOTA_BYTES)"),
    nftQuotaConsumed(
            82,
            DataType.UNSIGNED64,
            ElementSemantics.TOTAL_COUNTER,
            "octets since made or zeroed (NFTA_QUOTA_CONSUMED)"),
    nftQuotaDelta(83, DataType.UNSIGNED64, ElementSemantics.DELTA_COUNTER, "octets of it since the last record"),
    nftQuotaFlags(84, DataType.UNSIGNED32, ElementSemantics.FLAGS, "NFT_QUOTA_F_*: 1 over, 2 used up"),
    ctTcpState(90, DataType.UNSIGNED8, ElementSemantics.IDENTIFIER, "TCP_CONNTRACK_*, 0 none or not said"),
    ctOriginalPacketTotal(
            91,
            DataType.UNSIGNED64,
            ElementSemantics.TOTAL_COUNTER,
            "packets from the originator since the entry was made"),
    ctOriginalOctetTotal(
            92,
            DataType.UNSIGNED64,
            ElementSemantics.TOTAL_COUNTER,
            "octets from the originator since the entry was made"),
    ctReplyPacketTotal(
            93,
            DataType.UNSIGNED64,
            ElementSemantics.TOTAL_COUNTER,
            "packets to the originator since the entry was made"),
    ctReplyOctetTotal(
            94,
            DataType.UNSIGNED64,
            ElementSemantics.TOTAL_COUNTER,
            "octets to the originator since the entry was made"),
    ctTimeout(95, DataType.UNSIGNED32, ElementSemantics.QUANTITY, "seconds until the entry expires (CTA_TIMEOUT)"),
    ctIcmpId(96, DataType.UNSIGNED16, ElementSemantics.IDENTIFIER, "ICMP identifier as it comes in"),
    ctPostNatIcmpId(97, DataType.UNSIGNED16, ElementSemantics.IDENTIFIER, "ICMP identifier as it goes out"),
    communityId(98, DataType.STRING, ElementSemantics.IDENTIFIER, "Community ID v1 of the packets before NAT"),
    postNatCommunityId(99, DataType.STRING, ElementSemantics.IDENTIFIER, "Community ID v1 of the packets behind NAT");

    /** Netfilter's enterprise number, and what has an element there: ulogd2 sends these, and collectors know them. */
    private static final int NETFILTER = 21373;

    private static final Map<String, Integer> NETFILTER_IDS =
            Map.of("packetPrefix", 3, "ctMark", 4, "packetMark", 4, "ctId", 6);

    private static final int NETFLOW9_IDS = 60_128;
    private static final int NO_UNITS = 0;

    private final int id;
    private final DataType type;
    private final ElementSemantics semantics;
    private final String description;

    NursElement(int id, DataType type, ElementSemantics semantics, String description) {
        this.id = id;
        this.type = type;
        this.semantics = semantics;
        this.description = description;
    }

    /**
     * As a protocol numbers it: in IPFIX under netfilter's number, if that has such an element.
     *
     * @param enterprise of no meaning in NetFlow v9
     */
    public InformationElement in(FlowProtocol protocol, int enterprise) {
        Integer netfilterId = NETFILTER_IDS.get(name());
        return protocol == FlowProtocol.IPFIX && netfilterId != null && enterprise != RecordsConfig.OUTPUT_ENTERPRISE
                ? new InformationElement(NETFILTER, netfilterId, name(), type)
                : ofOurs(protocol, enterprise);
    }

    /** The same among elements of nurs alone, where a record has two that netfilter numbers alike. */
    InformationElement ofOurs(FlowProtocol protocol, int enterprise) {
        return switch (protocol) {
            case IPFIX -> new InformationElement(enterprise, id, name(), type);
            // NetFlow v5 has no elements: nothing is made of these.
            case NETFLOW5, NETFLOW9 -> new InformationElement(InformationElement.IANA, NETFLOW9_IDS + id, name(), type);
        };
    }

    /** Whether records have it that the operator has not chosen by name. */
    boolean isAmong(EnterpriseElements elements, FlowProtocol protocol) {
        return switch (elements) {
            case ALL -> true;
            case NETFILTER -> protocol == FlowProtocol.IPFIX && NETFILTER_IDS.containsKey(name());
            case NETFILTER_WITHOUT_PREFIX -> isAmong(EnterpriseElements.NETFILTER, protocol) && this != packetPrefix;
            case NONE -> false;
        };
    }

    /** What an IPFIX collector has to know of it, numbered so. */
    ElementType described(InformationElement numbered) {
        return new ElementType(numbered, semantics, NO_UNITS, description);
    }
}
