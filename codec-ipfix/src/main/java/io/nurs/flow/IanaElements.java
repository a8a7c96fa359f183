package io.nurs.flow;

import org.jspecify.annotations.Nullable;

/**
 * Ids, names and types of IANA's "IPFIX Information Elements", as spelled there:
 * https://www.iana.org/assignments/ipfix
 *
 * <p>State: the registry as last updated on 2026-09-11, up to 533 pathDelaySumDeltaMicroseconds. Not read at IANA, but
 * in the table that github.com/higebu/packet-dissector generates from IANA's CSV of that day; a second, independent
 * table has the same up to 529. Of 530-533 (delays of a path, RFC 9951) the first table alone was read. Newer than RFC 5102
 * and its kin: SRv6 492-502 (RFC 9487), IPv6 extension headers and TCP options 513-524 and the type unsigned256 (RFC
 * 9740), UDP options 525-529 (RFC 9870), forwardingStatus as unsigned32 (RFC 9710).
 *
 * <p>Ids 1-127 mean the same in NetFlow v9 (RFC 7012 §4). Those missing are reserved, or known to Cisco alone. An
 * interface and not a class, so that each line has only what differs; nothing implements it.
 */
@SuppressWarnings("MemberName")
public interface IanaElements {
    InformationElement octetDeltaCount = u64(1, "octetDeltaCount");
    InformationElement packetDeltaCount = u64(2, "packetDeltaCount");
    InformationElement deltaFlowCount = u64(3, "deltaFlowCount");
    InformationElement protocolIdentifier = u8(4, "protocolIdentifier");
    InformationElement ipClassOfService = u8(5, "ipClassOfService");
    InformationElement tcpControlBits = u16(6, "tcpControlBits");
    InformationElement sourceTransportPort = u16(7, "sourceTransportPort");
    InformationElement sourceIPv4Address = ipv4(8, "sourceIPv4Address");
    InformationElement sourceIPv4PrefixLength = u8(9, "sourceIPv4PrefixLength");
    InformationElement ingressInterface = u32(10, "ingressInterface");
    InformationElement destinationTransportPort = u16(11, "destinationTransportPort");
    InformationElement destinationIPv4Address = ipv4(12, "destinationIPv4Address");
    InformationElement destinationIPv4PrefixLength = u8(13, "destinationIPv4PrefixLength");
    InformationElement egressInterface = u32(14, "egressInterface");
    InformationElement ipNextHopIPv4Address = ipv4(15, "ipNextHopIPv4Address");
    InformationElement bgpSourceAsNumber = u32(16, "bgpSourceAsNumber");
    InformationElement bgpDestinationAsNumber = u32(17, "bgpDestinationAsNumber");
    InformationElement bgpNextHopIPv4Address = ipv4(18, "bgpNextHopIPv4Address");
    InformationElement postMCastPacketDeltaCount = u64(19, "postMCastPacketDeltaCount");
    InformationElement postMCastOctetDeltaCount = u64(20, "postMCastOctetDeltaCount");
    InformationElement flowEndSysUpTime = u32(21, "flowEndSysUpTime");
    InformationElement flowStartSysUpTime = u32(22, "flowStartSysUpTime");
    InformationElement postOctetDeltaCount = u64(23, "postOctetDeltaCount");
    InformationElement postPacketDeltaCount = u64(24, "postPacketDeltaCount");
    InformationElement minimumIpTotalLength = u64(25, "minimumIpTotalLength");
    InformationElement maximumIpTotalLength = u64(26, "maximumIpTotalLength");
    InformationElement sourceIPv6Address = ipv6(27, "sourceIPv6Address");
    InformationElement destinationIPv6Address = ipv6(28, "destinationIPv6Address");
    InformationElement sourceIPv6PrefixLength = u8(29, "sourceIPv6PrefixLength");
    InformationElement destinationIPv6PrefixLength = u8(30, "destinationIPv6PrefixLength");
    InformationElement flowLabelIPv6 = u32(31, "flowLabelIPv6");
    InformationElement icmpTypeCodeIPv4 = u16(32, "icmpTypeCodeIPv4");
    InformationElement igmpType = u8(33, "igmpType");
    InformationElement samplingInterval = u32(34, "samplingInterval");
    InformationElement samplingAlgorithm = u8(35, "samplingAlgorithm");
    InformationElement flowActiveTimeout = u16(36, "flowActiveTimeout");
    InformationElement flowIdleTimeout = u16(37, "flowIdleTimeout");
    InformationElement engineType = u8(38, "engineType");
    InformationElement engineId = u8(39, "engineId");
    InformationElement exportedOctetTotalCount = u64(40, "exportedOctetTotalCount");
    InformationElement exportedMessageTotalCount = u64(41, "exportedMessageTotalCount");
    InformationElement exportedFlowRecordTotalCount = u64(42, "exportedFlowRecordTotalCount");
    InformationElement ipv4RouterSc = ipv4(43, "ipv4RouterSc");
    InformationElement sourceIPv4Prefix = ipv4(44, "sourceIPv4Prefix");
    InformationElement destinationIPv4Prefix = ipv4(45, "destinationIPv4Prefix");
    InformationElement mplsTopLabelType = u8(46, "mplsTopLabelType");
    InformationElement mplsTopLabelIPv4Address = ipv4(47, "mplsTopLabelIPv4Address");
    InformationElement samplerId = u8(48, "samplerId");
    InformationElement samplerMode = u8(49, "samplerMode");
    InformationElement samplerRandomInterval = u32(50, "samplerRandomInterval");
    InformationElement classId = u8(51, "classId");
    InformationElement minimumTTL = u8(52, "minimumTTL");
    InformationElement maximumTTL = u8(53, "maximumTTL");
    InformationElement fragmentIdentification = u32(54, "fragmentIdentification");
    InformationElement postIpClassOfService = u8(55, "postIpClassOfService");
    InformationElement sourceMacAddress = mac(56, "sourceMacAddress");
    InformationElement postDestinationMacAddress = mac(57, "postDestinationMacAddress");
    InformationElement vlanId = u16(58, "vlanId");
    InformationElement postVlanId = u16(59, "postVlanId");
    InformationElement ipVersion = u8(60, "ipVersion");
    InformationElement flowDirection = u8(61, "flowDirection");
    InformationElement ipNextHopIPv6Address = ipv6(62, "ipNextHopIPv6Address");
    InformationElement bgpNextHopIPv6Address = ipv6(63, "bgpNextHopIPv6Address");
    InformationElement ipv6ExtensionHeaders = u32(64, "ipv6ExtensionHeaders");
    InformationElement mplsTopLabelStackSection = octets(70, "mplsTopLabelStackSection");
    InformationElement mplsLabelStackSection2 = octets(71, "mplsLabelStackSection2");
    InformationElement mplsLabelStackSection3 = octets(72, "mplsLabelStackSection3");
    InformationElement mplsLabelStackSection4 = octets(73, "mplsLabelStackSection4");
    InformationElement mplsLabelStackSection5 = octets(74, "mplsLabelStackSection5");
    InformationElement mplsLabelStackSection6 = octets(75, "mplsLabelStackSection6");
    InformationElement mplsLabelStackSection7 = octets(76, "mplsLabelStackSection7");
    InformationElement mplsLabelStackSection8 = octets(77, "mplsLabelStackSection8");
    InformationElement mplsLabelStackSection9 = octets(78, "mplsLabelStackSection9");
    InformationElement mplsLabelStackSection10 = octets(79, "mplsLabelStackSection10");
    InformationElement destinationMacAddress = mac(80, "destinationMacAddress");
    InformationElement postSourceMacAddress = mac(81, "postSourceMacAddress");
    InformationElement interfaceName = string(82, "interfaceName");
    InformationElement interfaceDescription = string(83, "interfaceDescription");
    InformationElement samplerName = string(84, "samplerName");
    InformationElement octetTotalCount = u64(85, "octetTotalCount");
    InformationElement packetTotalCount = u64(86, "packetTotalCount");
    InformationElement flagsAndSamplerId = u32(87, "flagsAndSamplerId");
    InformationElement fragmentOffset = u16(88, "fragmentOffset");
    InformationElement forwardingStatus = u32(89, "forwardingStatus");
    InformationElement mplsVpnRouteDistinguisher = octets(90, "mplsVpnRouteDistinguisher");
    InformationElement mplsTopLabelPrefixLength = u8(91, "mplsTopLabelPrefixLength");
    InformationElement srcTrafficIndex = u32(92, "srcTrafficIndex");
    InformationElement dstTrafficIndex = u32(93, "dstTrafficIndex");
    InformationElement applicationDescription = string(94, "applicationDescription");
    InformationElement applicationId = octets(95, "applicationId");
    InformationElement applicationName = string(96, "applicationName");
    InformationElement postIpDiffServCodePoint = u8(98, "postIpDiffServCodePoint");
    InformationElement multicastReplicationFactor = u32(99, "multicastReplicationFactor");
    InformationElement className = string(100, "className");
    InformationElement classificationEngineId = u8(101, "classificationEngineId");
    InformationElement layer2packetSectionOffset = u16(102, "layer2packetSectionOffset");
    InformationElement layer2packetSectionSize = u16(103, "layer2packetSectionSize");
    InformationElement layer2packetSectionData = octets(104, "layer2packetSectionData");
    InformationElement bgpNextAdjacentAsNumber = u32(128, "bgpNextAdjacentAsNumber");
    InformationElement bgpPrevAdjacentAsNumber = u32(129, "bgpPrevAdjacentAsNumber");
    InformationElement exporterIPv4Address = ipv4(130, "exporterIPv4Address");
    InformationElement exporterIPv6Address = ipv6(131, "exporterIPv6Address");
    InformationElement droppedOctetDeltaCount = u64(132, "droppedOctetDeltaCount");
    InformationElement droppedPacketDeltaCount = u64(133, "droppedPacketDeltaCount");
    InformationElement droppedOctetTotalCount = u64(134, "droppedOctetTotalCount");
    InformationElement droppedPacketTotalCount = u64(135, "droppedPacketTotalCount");
    InformationElement flowEndReason = u8(136, "flowEndReason");
    InformationElement commonPropertiesId = u64(137, "commonPropertiesId");
    InformationElement observationPointId = u64(138, "observationPointId");
    InformationElement icmpTypeCodeIPv6 = u16(139, "icmpTypeCodeIPv6");
    InformationElement mplsTopLabelIPv6Address = ipv6(140, "mplsTopLabelIPv6Address");
    InformationElement lineCardId = u32(141, "lineCardId");
    InformationElement portId = u32(142, "portId");
    InformationElement meteringProcessId = u32(143, "meteringProcessId");
    InformationElement exportingProcessId = u32(144, "exportingProcessId");
    InformationElement templateId = u16(145, "templateId");
    InformationElement wlanChannelId = u8(146, "wlanChannelId");
    InformationElement wlanSSID = string(147, "wlanSSID");
    InformationElement flowId = u64(148, "flowId");
    InformationElement observationDomainId = u32(149, "observationDomainId");
    InformationElement flowStartSeconds = seconds(150, "flowStartSeconds");
    InformationElement flowEndSeconds = seconds(151, "flowEndSeconds");
    InformationElement flowStartMilliseconds = millis(152, "flowStartMilliseconds");
    InformationElement flowEndMilliseconds = millis(153, "flowEndMilliseconds");
    InformationElement flowStartMicroseconds = micros(154, "flowStartMicroseconds");
    InformationElement flowEndMicroseconds = micros(155, "flowEndMicroseconds");
    InformationElement flowStartNanoseconds = nanos(156, "flowStartNanoseconds");
    InformationElement flowEndNanoseconds = nanos(157, "flowEndNanoseconds");
    InformationElement flowStartDeltaMicroseconds = u32(158, "flowStartDeltaMicroseconds");
    InformationElement flowEndDeltaMicroseconds = u32(159, "flowEndDeltaMicroseconds");
    InformationElement systemInitTimeMilliseconds = millis(160, "systemInitTimeMilliseconds");
    InformationElement flowDurationMilliseconds = u32(161, "flowDurationMilliseconds");
    InformationElement flowDurationMicroseconds = u32(162, "flowDurationMicroseconds");
    InformationElement observedFlowTotalCount = u64(163, "observedFlowTotalCount");
    InformationElement ignoredPacketTotalCount = u64(164, "ignoredPacketTotalCount");
    InformationElement ignoredOctetTotalCount = u64(165, "ignoredOctetTotalCount");
    InformationElement notSentFlowTotalCount = u64(166, "notSentFlowTotalCount");
    InformationElement notSentPacketTotalCount = u64(167, "notSentPacketTotalCount");
    InformationElement notSentOctetTotalCount = u64(168, "notSentOctetTotalCount");
    InformationElement destinationIPv6Prefix = ipv6(169, "destinationIPv6Prefix");
    InformationElement sourceIPv6Prefix = ipv6(170, "sourceIPv6Prefix");
    InformationElement postOctetTotalCount = u64(171, "postOctetTotalCount");
    InformationElement postPacketTotalCount = u64(172, "postPacketTotalCount");
    InformationElement flowKeyIndicator = u64(173, "flowKeyIndicator");
    InformationElement postMCastPacketTotalCount = u64(174, "postMCastPacketTotalCount");
    InformationElement postMCastOctetTotalCount = u64(175, "postMCastOctetTotalCount");
    InformationElement icmpTypeIPv4 = u8(176, "icmpTypeIPv4");
    InformationElement icmpCodeIPv4 = u8(177, "icmpCodeIPv4");
    InformationElement icmpTypeIPv6 = u8(178, "icmpTypeIPv6");
    InformationElement icmpCodeIPv6 = u8(179, "icmpCodeIPv6");
    InformationElement udpSourcePort = u16(180, "udpSourcePort");
    InformationElement udpDestinationPort = u16(181, "udpDestinationPort");
    InformationElement tcpSourcePort = u16(182, "tcpSourcePort");
    InformationElement tcpDestinationPort = u16(183, "tcpDestinationPort");
    InformationElement tcpSequenceNumber = u32(184, "tcpSequenceNumber");
    InformationElement tcpAcknowledgementNumber = u32(185, "tcpAcknowledgementNumber");
    InformationElement tcpWindowSize = u16(186, "tcpWindowSize");
    InformationElement tcpUrgentPointer = u16(187, "tcpUrgentPointer");
    InformationElement tcpHeaderLength = u8(188, "tcpHeaderLength");
    InformationElement ipHeaderLength = u8(189, "ipHeaderLength");
    InformationElement totalLengthIPv4 = u16(190, "totalLengthIPv4");
    InformationElement payloadLengthIPv6 = u16(191, "payloadLengthIPv6");
    InformationElement ipTTL = u8(192, "ipTTL");
    InformationElement nextHeaderIPv6 = u8(193, "nextHeaderIPv6");
    InformationElement mplsPayloadLength = u32(194, "mplsPayloadLength");
    InformationElement ipDiffServCodePoint = u8(195, "ipDiffServCodePoint");
    InformationElement ipPrecedence = u8(196, "ipPrecedence");
    InformationElement fragmentFlags = u8(197, "fragmentFlags");
    InformationElement octetDeltaSumOfSquares = u64(198, "octetDeltaSumOfSquares");
    InformationElement octetTotalSumOfSquares = u64(199, "octetTotalSumOfSquares");
    InformationElement mplsTopLabelTTL = u8(200, "mplsTopLabelTTL");
    InformationElement mplsLabelStackLength = u32(201, "mplsLabelStackLength");
    InformationElement mplsLabelStackDepth = u32(202, "mplsLabelStackDepth");
    InformationElement mplsTopLabelExp = u8(203, "mplsTopLabelExp");
    InformationElement ipPayloadLength = u32(204, "ipPayloadLength");
    InformationElement udpMessageLength = u16(205, "udpMessageLength");
    InformationElement isMulticast = u8(206, "isMulticast");
    InformationElement ipv4IHL = u8(207, "ipv4IHL");
    InformationElement ipv4Options = u32(208, "ipv4Options");
    InformationElement tcpOptions = u64(209, "tcpOptions");
    InformationElement paddingOctets = octets(210, "paddingOctets");
    InformationElement collectorIPv4Address = ipv4(211, "collectorIPv4Address");
    InformationElement collectorIPv6Address = ipv6(212, "collectorIPv6Address");
    InformationElement exportInterface = u32(213, "exportInterface");
    InformationElement exportProtocolVersion = u8(214, "exportProtocolVersion");
    InformationElement exportTransportProtocol = u8(215, "exportTransportProtocol");
    InformationElement collectorTransportPort = u16(216, "collectorTransportPort");
    InformationElement exporterTransportPort = u16(217, "exporterTransportPort");
    InformationElement tcpSynTotalCount = u64(218, "tcpSynTotalCount");
    InformationElement tcpFinTotalCount = u64(219, "tcpFinTotalCount");
    InformationElement tcpRstTotalCount = u64(220, "tcpRstTotalCount");
    InformationElement tcpPshTotalCount = u64(221, "tcpPshTotalCount");
    InformationElement tcpAckTotalCount = u64(222, "tcpAckTotalCount");
    InformationElement tcpUrgTotalCount = u64(223, "tcpUrgTotalCount");
    InformationElement ipTotalLength = u64(224, "ipTotalLength");
    InformationElement postNATSourceIPv4Address = ipv4(225, "postNATSourceIPv4Address");
    InformationElement postNATDestinationIPv4Address = ipv4(226, "postNATDestinationIPv4Address");
    InformationElement postNAPTSourceTransportPort = u16(227, "postNAPTSourceTransportPort");
    InformationElement postNAPTDestinationTransportPort = u16(228, "postNAPTDestinationTransportPort");
    InformationElement natOriginatingAddressRealm = u8(229, "natOriginatingAddressRealm");
    InformationElement natEvent = u8(230, "natEvent");
    InformationElement initiatorOctets = u64(231, "initiatorOctets");
    InformationElement responderOctets = u64(232, "responderOctets");
    InformationElement firewallEvent = u8(233, "firewallEvent");
    InformationElement ingressVRFID = u32(234, "ingressVRFID");
    InformationElement egressVRFID = u32(235, "egressVRFID");
    InformationElement VRFname = string(236, "VRFname");
    InformationElement postMplsTopLabelExp = u8(237, "postMplsTopLabelExp");
    InformationElement tcpWindowScale = u16(238, "tcpWindowScale");
    InformationElement biflowDirection = u8(239, "biflowDirection");
    InformationElement ethernetHeaderLength = u8(240, "ethernetHeaderLength");
    InformationElement ethernetPayloadLength = u16(241, "ethernetPayloadLength");
    InformationElement ethernetTotalLength = u16(242, "ethernetTotalLength");
    InformationElement dot1qVlanId = u16(243, "dot1qVlanId");
    InformationElement dot1qPriority = u8(244, "dot1qPriority");
    InformationElement dot1qCustomerVlanId = u16(245, "dot1qCustomerVlanId");
    InformationElement dot1qCustomerPriority = u8(246, "dot1qCustomerPriority");
    InformationElement metroEvcId = string(247, "metroEvcId");
    InformationElement metroEvcType = u8(248, "metroEvcType");
    InformationElement pseudoWireId = u32(249, "pseudoWireId");
    InformationElement pseudoWireType = u16(250, "pseudoWireType");
    InformationElement pseudoWireControlWord = u32(251, "pseudoWireControlWord");
    InformationElement ingressPhysicalInterface = u32(252, "ingressPhysicalInterface");
    InformationElement egressPhysicalInterface = u32(253, "egressPhysicalInterface");
    InformationElement postDot1qVlanId = u16(254, "postDot1qVlanId");
    InformationElement postDot1qCustomerVlanId = u16(255, "postDot1qCustomerVlanId");
    InformationElement ethernetType = u16(256, "ethernetType");
    InformationElement postIpPrecedence = u8(257, "postIpPrecedence");
    InformationElement collectionTimeMilliseconds = millis(258, "collectionTimeMilliseconds");
    InformationElement exportSctpStreamId = u16(259, "exportSctpStreamId");
    InformationElement maxExportSeconds = seconds(260, "maxExportSeconds");
    InformationElement maxFlowEndSeconds = seconds(261, "maxFlowEndSeconds");
    InformationElement messageMD5Checksum = octets(262, "messageMD5Checksum");
    InformationElement messageScope = u8(263, "messageScope");
    InformationElement minExportSeconds = seconds(264, "minExportSeconds");
    InformationElement minFlowStartSeconds = seconds(265, "minFlowStartSeconds");
    InformationElement opaqueOctets = octets(266, "opaqueOctets");
    InformationElement sessionScope = u8(267, "sessionScope");
    InformationElement maxFlowEndMicroseconds = micros(268, "maxFlowEndMicroseconds");
    InformationElement maxFlowEndMilliseconds = millis(269, "maxFlowEndMilliseconds");
    InformationElement maxFlowEndNanoseconds = nanos(270, "maxFlowEndNanoseconds");
    InformationElement minFlowStartMicroseconds = micros(271, "minFlowStartMicroseconds");
    InformationElement minFlowStartMilliseconds = millis(272, "minFlowStartMilliseconds");
    InformationElement minFlowStartNanoseconds = nanos(273, "minFlowStartNanoseconds");
    InformationElement collectorCertificate = octets(274, "collectorCertificate");
    InformationElement exporterCertificate = octets(275, "exporterCertificate");
    InformationElement dataRecordsReliability = bool(276, "dataRecordsReliability");
    InformationElement observationPointType = u8(277, "observationPointType");
    InformationElement newConnectionDeltaCount = u32(278, "newConnectionDeltaCount");
    InformationElement connectionSumDurationSeconds = u64(279, "connectionSumDurationSeconds");
    InformationElement connectionTransactionId = u64(280, "connectionTransactionId");
    InformationElement postNATSourceIPv6Address = ipv6(281, "postNATSourceIPv6Address");
    InformationElement postNATDestinationIPv6Address = ipv6(282, "postNATDestinationIPv6Address");
    InformationElement natPoolId = u32(283, "natPoolId");
    InformationElement natPoolName = string(284, "natPoolName");
    InformationElement anonymizationFlags = u16(285, "anonymizationFlags");
    InformationElement anonymizationTechnique = u16(286, "anonymizationTechnique");
    InformationElement informationElementIndex = u16(287, "informationElementIndex");
    InformationElement p2pTechnology = string(288, "p2pTechnology");
    InformationElement tunnelTechnology = string(289, "tunnelTechnology");
    InformationElement encryptedTechnology = string(290, "encryptedTechnology");
    InformationElement basicList = basicList(291, "basicList");
    InformationElement subTemplateList = templateList(292, "subTemplateList");
    InformationElement subTemplateMultiList = multiList(293, "subTemplateMultiList");
    InformationElement bgpValidityState = u8(294, "bgpValidityState");
    InformationElement IPSecSPI = u32(295, "IPSecSPI");
    InformationElement greKey = u32(296, "greKey");
    InformationElement natType = u8(297, "natType");
    InformationElement initiatorPackets = u64(298, "initiatorPackets");
    InformationElement responderPackets = u64(299, "responderPackets");
    InformationElement observationDomainName = string(300, "observationDomainName");
    InformationElement selectionSequenceId = u64(301, "selectionSequenceId");
    InformationElement selectorId = u64(302, "selectorId");
    InformationElement informationElementId = u16(303, "informationElementId");
    InformationElement selectorAlgorithm = u16(304, "selectorAlgorithm");
    InformationElement samplingPacketInterval = u32(305, "samplingPacketInterval");
    InformationElement samplingPacketSpace = u32(306, "samplingPacketSpace");
    InformationElement samplingTimeInterval = u32(307, "samplingTimeInterval");
    InformationElement samplingTimeSpace = u32(308, "samplingTimeSpace");
    InformationElement samplingSize = u32(309, "samplingSize");
    InformationElement samplingPopulation = u32(310, "samplingPopulation");
    InformationElement samplingProbability = f64(311, "samplingProbability");
    InformationElement dataLinkFrameSize = u16(312, "dataLinkFrameSize");
    InformationElement ipHeaderPacketSection = octets(313, "ipHeaderPacketSection");
    InformationElement ipPayloadPacketSection = octets(314, "ipPayloadPacketSection");
    InformationElement dataLinkFrameSection = octets(315, "dataLinkFrameSection");
    InformationElement mplsLabelStackSection = octets(316, "mplsLabelStackSection");
    InformationElement mplsPayloadPacketSection = octets(317, "mplsPayloadPacketSection");
    InformationElement selectorIdTotalPktsObserved = u64(318, "selectorIdTotalPktsObserved");
    InformationElement selectorIdTotalPktsSelected = u64(319, "selectorIdTotalPktsSelected");
    InformationElement absoluteError = f64(320, "absoluteError");
    InformationElement relativeError = f64(321, "relativeError");
    InformationElement observationTimeSeconds = seconds(322, "observationTimeSeconds");
    InformationElement observationTimeMilliseconds = millis(323, "observationTimeMilliseconds");
    InformationElement observationTimeMicroseconds = micros(324, "observationTimeMicroseconds");
    InformationElement observationTimeNanoseconds = nanos(325, "observationTimeNanoseconds");
    InformationElement digestHashValue = u64(326, "digestHashValue");
    InformationElement hashIPPayloadOffset = u64(327, "hashIPPayloadOffset");
    InformationElement hashIPPayloadSize = u64(328, "hashIPPayloadSize");
    InformationElement hashOutputRangeMin = u64(329, "hashOutputRangeMin");
    InformationElement hashOutputRangeMax = u64(330, "hashOutputRangeMax");
    InformationElement hashSelectedRangeMin = u64(331, "hashSelectedRangeMin");
    InformationElement hashSelectedRangeMax = u64(332, "hashSelectedRangeMax");
    InformationElement hashDigestOutput = bool(333, "hashDigestOutput");
    InformationElement hashInitialiserValue = u64(334, "hashInitialiserValue");
    InformationElement selectorName = string(335, "selectorName");
    InformationElement upperCILimit = f64(336, "upperCILimit");
    InformationElement lowerCILimit = f64(337, "lowerCILimit");
    InformationElement confidenceLevel = f64(338, "confidenceLevel");
    InformationElement informationElementDataType = u8(339, "informationElementDataType");
    InformationElement informationElementDescription = string(340, "informationElementDescription");
    InformationElement informationElementName = string(341, "informationElementName");
    InformationElement informationElementRangeBegin = u64(342, "informationElementRangeBegin");
    InformationElement informationElementRangeEnd = u64(343, "informationElementRangeEnd");
    InformationElement informationElementSemantics = u8(344, "informationElementSemantics");
    InformationElement informationElementUnits = u16(345, "informationElementUnits");
    InformationElement privateEnterpriseNumber = u32(346, "privateEnterpriseNumber");
    InformationElement virtualStationInterfaceId = octets(347, "virtualStationInterfaceId");
    InformationElement virtualStationInterfaceName = string(348, "virtualStationInterfaceName");
    InformationElement virtualStationUUID = octets(349, "virtualStationUUID");
    InformationElement virtualStationName = string(350, "virtualStationName");
    InformationElement layer2SegmentId = u64(351, "layer2SegmentId");
    InformationElement layer2OctetDeltaCount = u64(352, "layer2OctetDeltaCount");
    InformationElement layer2OctetTotalCount = u64(353, "layer2OctetTotalCount");
    InformationElement ingressUnicastPacketTotalCount = u64(354, "ingressUnicastPacketTotalCount");
    InformationElement ingressMulticastPacketTotalCount = u64(355, "ingressMulticastPacketTotalCount");
    InformationElement ingressBroadcastPacketTotalCount = u64(356, "ingressBroadcastPacketTotalCount");
    InformationElement egressUnicastPacketTotalCount = u64(357, "egressUnicastPacketTotalCount");
    InformationElement egressBroadcastPacketTotalCount = u64(358, "egressBroadcastPacketTotalCount");
    InformationElement monitoringIntervalStartMilliSeconds = millis(359, "monitoringIntervalStartMilliSeconds");
    InformationElement monitoringIntervalEndMilliSeconds = millis(360, "monitoringIntervalEndMilliSeconds");
    InformationElement portRangeStart = u16(361, "portRangeStart");
    InformationElement portRangeEnd = u16(362, "portRangeEnd");
    InformationElement portRangeStepSize = u16(363, "portRangeStepSize");
    InformationElement portRangeNumPorts = u16(364, "portRangeNumPorts");
    InformationElement staMacAddress = mac(365, "staMacAddress");
    InformationElement staIPv4Address = ipv4(366, "staIPv4Address");
    InformationElement wtpMacAddress = mac(367, "wtpMacAddress");
    InformationElement ingressInterfaceType = u32(368, "ingressInterfaceType");
    InformationElement egressInterfaceType = u32(369, "egressInterfaceType");
    InformationElement rtpSequenceNumber = u16(370, "rtpSequenceNumber");
    InformationElement userName = string(371, "userName");
    InformationElement applicationCategoryName = string(372, "applicationCategoryName");
    InformationElement applicationSubCategoryName = string(373, "applicationSubCategoryName");
    InformationElement applicationGroupName = string(374, "applicationGroupName");
    InformationElement originalFlowsPresent = u64(375, "originalFlowsPresent");
    InformationElement originalFlowsInitiated = u64(376, "originalFlowsInitiated");
    InformationElement originalFlowsCompleted = u64(377, "originalFlowsCompleted");
    InformationElement distinctCountOfSourceIPAddress = u64(378, "distinctCountOfSourceIPAddress");
    InformationElement distinctCountOfDestinationIPAddress = u64(379, "distinctCountOfDestinationIPAddress");
    InformationElement distinctCountOfSourceIPv4Address = u32(380, "distinctCountOfSourceIPv4Address");
    InformationElement distinctCountOfDestinationIPv4Address = u32(381, "distinctCountOfDestinationIPv4Address");
    InformationElement distinctCountOfSourceIPv6Address = u64(382, "distinctCountOfSourceIPv6Address");
    InformationElement distinctCountOfDestinationIPv6Address = u64(383, "distinctCountOfDestinationIPv6Address");
    InformationElement valueDistributionMethod = u8(384, "valueDistributionMethod");
    InformationElement rfc3550JitterMilliseconds = u32(385, "rfc3550JitterMilliseconds");
    InformationElement rfc3550JitterMicroseconds = u32(386, "rfc3550JitterMicroseconds");
    InformationElement rfc3550JitterNanoseconds = u32(387, "rfc3550JitterNanoseconds");
    InformationElement dot1qDEI = bool(388, "dot1qDEI");
    InformationElement dot1qCustomerDEI = bool(389, "dot1qCustomerDEI");
    InformationElement flowSelectorAlgorithm = u16(390, "flowSelectorAlgorithm");
    InformationElement flowSelectedOctetDeltaCount = u64(391, "flowSelectedOctetDeltaCount");
    InformationElement flowSelectedPacketDeltaCount = u64(392, "flowSelectedPacketDeltaCount");
    InformationElement flowSelectedFlowDeltaCount = u64(393, "flowSelectedFlowDeltaCount");
    InformationElement selectorIDTotalFlowsObserved = u64(394, "selectorIDTotalFlowsObserved");
    InformationElement selectorIDTotalFlowsSelected = u64(395, "selectorIDTotalFlowsSelected");
    InformationElement samplingFlowInterval = u64(396, "samplingFlowInterval");
    InformationElement samplingFlowSpacing = u64(397, "samplingFlowSpacing");
    InformationElement flowSamplingTimeInterval = u64(398, "flowSamplingTimeInterval");
    InformationElement flowSamplingTimeSpacing = u64(399, "flowSamplingTimeSpacing");
    InformationElement hashFlowDomain = u16(400, "hashFlowDomain");
    InformationElement transportOctetDeltaCount = u64(401, "transportOctetDeltaCount");
    InformationElement transportPacketDeltaCount = u64(402, "transportPacketDeltaCount");
    InformationElement originalExporterIPv4Address = ipv4(403, "originalExporterIPv4Address");
    InformationElement originalExporterIPv6Address = ipv6(404, "originalExporterIPv6Address");
    InformationElement originalObservationDomainId = u32(405, "originalObservationDomainId");
    InformationElement intermediateProcessId = u32(406, "intermediateProcessId");
    InformationElement ignoredDataRecordTotalCount = u64(407, "ignoredDataRecordTotalCount");
    InformationElement dataLinkFrameType = u16(408, "dataLinkFrameType");
    InformationElement sectionOffset = u16(409, "sectionOffset");
    InformationElement sectionExportedOctets = u16(410, "sectionExportedOctets");
    InformationElement dot1qServiceInstanceTag = octets(411, "dot1qServiceInstanceTag");
    InformationElement dot1qServiceInstanceId = u32(412, "dot1qServiceInstanceId");
    InformationElement dot1qServiceInstancePriority = u8(413, "dot1qServiceInstancePriority");
    InformationElement dot1qCustomerSourceMacAddress = mac(414, "dot1qCustomerSourceMacAddress");
    InformationElement dot1qCustomerDestinationMacAddress = mac(415, "dot1qCustomerDestinationMacAddress");
    InformationElement postLayer2OctetDeltaCount = u64(417, "postLayer2OctetDeltaCount");
    InformationElement postMCastLayer2OctetDeltaCount = u64(418, "postMCastLayer2OctetDeltaCount");
    InformationElement postLayer2OctetTotalCount = u64(420, "postLayer2OctetTotalCount");
    InformationElement postMCastLayer2OctetTotalCount = u64(421, "postMCastLayer2OctetTotalCount");
    InformationElement minimumLayer2TotalLength = u64(422, "minimumLayer2TotalLength");
    InformationElement maximumLayer2TotalLength = u64(423, "maximumLayer2TotalLength");
    InformationElement droppedLayer2OctetDeltaCount = u64(424, "droppedLayer2OctetDeltaCount");
    InformationElement droppedLayer2OctetTotalCount = u64(425, "droppedLayer2OctetTotalCount");
    InformationElement ignoredLayer2OctetTotalCount = u64(426, "ignoredLayer2OctetTotalCount");
    InformationElement notSentLayer2OctetTotalCount = u64(427, "notSentLayer2OctetTotalCount");
    InformationElement layer2OctetDeltaSumOfSquares = u64(428, "layer2OctetDeltaSumOfSquares");
    InformationElement layer2OctetTotalSumOfSquares = u64(429, "layer2OctetTotalSumOfSquares");
    InformationElement layer2FrameDeltaCount = u64(430, "layer2FrameDeltaCount");
    InformationElement layer2FrameTotalCount = u64(431, "layer2FrameTotalCount");
    InformationElement pseudoWireDestinationIPv4Address = ipv4(432, "pseudoWireDestinationIPv4Address");
    InformationElement ignoredLayer2FrameTotalCount = u64(433, "ignoredLayer2FrameTotalCount");
    InformationElement mibObjectValueInteger = s32(434, "mibObjectValueInteger");
    InformationElement mibObjectValueOctetString = octets(435, "mibObjectValueOctetString");
    InformationElement mibObjectValueOID = octets(436, "mibObjectValueOID");
    InformationElement mibObjectValueBits = octets(437, "mibObjectValueBits");
    InformationElement mibObjectValueIPAddress = ipv4(438, "mibObjectValueIPAddress");
    InformationElement mibObjectValueCounter = u64(439, "mibObjectValueCounter");
    InformationElement mibObjectValueGauge = u32(440, "mibObjectValueGauge");
    InformationElement mibObjectValueTimeTicks = u32(441, "mibObjectValueTimeTicks");
    InformationElement mibObjectValueUnsigned = u32(442, "mibObjectValueUnsigned");
    InformationElement mibObjectValueTable = templateList(443, "mibObjectValueTable");
    InformationElement mibObjectValueRow = templateList(444, "mibObjectValueRow");
    InformationElement mibObjectIdentifier = octets(445, "mibObjectIdentifier");
    InformationElement mibSubIdentifier = u32(446, "mibSubIdentifier");
    InformationElement mibIndexIndicator = u64(447, "mibIndexIndicator");
    InformationElement mibCaptureTimeSemantics = u8(448, "mibCaptureTimeSemantics");
    InformationElement mibContextEngineID = octets(449, "mibContextEngineID");
    InformationElement mibContextName = string(450, "mibContextName");
    InformationElement mibObjectName = string(451, "mibObjectName");
    InformationElement mibObjectDescription = string(452, "mibObjectDescription");
    InformationElement mibObjectSyntax = string(453, "mibObjectSyntax");
    InformationElement mibModuleName = string(454, "mibModuleName");
    InformationElement mobileIMSI = string(455, "mobileIMSI");
    InformationElement mobileMSISDN = string(456, "mobileMSISDN");
    InformationElement httpStatusCode = u16(457, "httpStatusCode");
    InformationElement sourceTransportPortsLimit = u16(458, "sourceTransportPortsLimit");
    InformationElement httpRequestMethod = string(459, "httpRequestMethod");
    InformationElement httpRequestHost = string(460, "httpRequestHost");
    InformationElement httpRequestTarget = string(461, "httpRequestTarget");
    InformationElement httpMessageVersion = string(462, "httpMessageVersion");
    InformationElement natInstanceID = u32(463, "natInstanceID");
    InformationElement internalAddressRealm = octets(464, "internalAddressRealm");
    InformationElement externalAddressRealm = octets(465, "externalAddressRealm");
    InformationElement natQuotaExceededEvent = u32(466, "natQuotaExceededEvent");
    InformationElement natThresholdEvent = u32(467, "natThresholdEvent");
    InformationElement httpUserAgent = string(468, "httpUserAgent");
    InformationElement httpContentType = string(469, "httpContentType");
    InformationElement httpReasonPhrase = string(470, "httpReasonPhrase");
    InformationElement maxSessionEntries = u32(471, "maxSessionEntries");
    InformationElement maxBIBEntries = u32(472, "maxBIBEntries");
    InformationElement maxEntriesPerUser = u32(473, "maxEntriesPerUser");
    InformationElement maxSubscribers = u32(474, "maxSubscribers");
    InformationElement maxFragmentsPendingReassembly = u32(475, "maxFragmentsPendingReassembly");
    InformationElement addressPoolHighThreshold = u32(476, "addressPoolHighThreshold");
    InformationElement addressPoolLowThreshold = u32(477, "addressPoolLowThreshold");
    InformationElement addressPortMappingHighThreshold = u32(478, "addressPortMappingHighThreshold");
    InformationElement addressPortMappingLowThreshold = u32(479, "addressPortMappingLowThreshold");
    InformationElement addressPortMappingPerUserHighThreshold = u32(480, "addressPortMappingPerUserHighThreshold");
    InformationElement globalAddressMappingHighThreshold = u32(481, "globalAddressMappingHighThreshold");
    InformationElement vpnIdentifier = octets(482, "vpnIdentifier");
    InformationElement bgpCommunity = u32(483, "bgpCommunity");
    InformationElement bgpSourceCommunityList = basicList(484, "bgpSourceCommunityList");
    InformationElement bgpDestinationCommunityList = basicList(485, "bgpDestinationCommunityList");
    InformationElement bgpExtendedCommunity = octets(486, "bgpExtendedCommunity");
    InformationElement bgpSourceExtendedCommunityList = basicList(487, "bgpSourceExtendedCommunityList");
    InformationElement bgpDestinationExtendedCommunityList = basicList(488, "bgpDestinationExtendedCommunityList");
    InformationElement bgpLargeCommunity = octets(489, "bgpLargeCommunity");
    InformationElement bgpSourceLargeCommunityList = basicList(490, "bgpSourceLargeCommunityList");
    InformationElement bgpDestinationLargeCommunityList = basicList(491, "bgpDestinationLargeCommunityList");
    InformationElement srhFlagsIPv6 = u8(492, "srhFlagsIPv6");
    InformationElement srhTagIPv6 = u16(493, "srhTagIPv6");
    InformationElement srhSegmentIPv6 = ipv6(494, "srhSegmentIPv6");
    InformationElement srhActiveSegmentIPv6 = ipv6(495, "srhActiveSegmentIPv6");
    InformationElement srhSegmentIPv6BasicList = basicList(496, "srhSegmentIPv6BasicList");
    InformationElement srhSegmentIPv6ListSection = octets(497, "srhSegmentIPv6ListSection");
    InformationElement srhSegmentsIPv6Left = u8(498, "srhSegmentsIPv6Left");
    InformationElement srhIPv6Section = octets(499, "srhIPv6Section");
    InformationElement srhIPv6ActiveSegmentType = u8(500, "srhIPv6ActiveSegmentType");
    InformationElement srhSegmentIPv6LocatorLength = u8(501, "srhSegmentIPv6LocatorLength");
    InformationElement srhSegmentIPv6EndpointBehavior = u16(502, "srhSegmentIPv6EndpointBehavior");
    InformationElement transportChecksum = u16(503, "transportChecksum");
    InformationElement icmpHeaderPacketSection = octets(504, "icmpHeaderPacketSection");
    InformationElement gtpuFlags = u8(505, "gtpuFlags");
    InformationElement gtpuMsgType = u8(506, "gtpuMsgType");
    InformationElement gtpuTEid = u32(507, "gtpuTEid");
    InformationElement gtpuSequenceNum = u16(508, "gtpuSequenceNum");
    InformationElement gtpuQFI = u8(509, "gtpuQFI");
    InformationElement gtpuPduType = u8(510, "gtpuPduType");
    InformationElement bgpSourceAsPathList = basicList(511, "bgpSourceAsPathList");
    InformationElement bgpDestinationAsPathList = basicList(512, "bgpDestinationAsPathList");
    InformationElement ipv6ExtensionHeaderType = u8(513, "ipv6ExtensionHeaderType");
    InformationElement ipv6ExtensionHeaderCount = u8(514, "ipv6ExtensionHeaderCount");
    InformationElement ipv6ExtensionHeadersFull = u256(515, "ipv6ExtensionHeadersFull");
    InformationElement ipv6ExtensionHeaderTypeCountList = templateList(516, "ipv6ExtensionHeaderTypeCountList");
    InformationElement ipv6ExtensionHeadersLimit = bool(517, "ipv6ExtensionHeadersLimit");
    InformationElement ipv6ExtensionHeadersChainLength = u32(518, "ipv6ExtensionHeadersChainLength");
    InformationElement ipv6ExtensionHeaderChainLengthList = templateList(519, "ipv6ExtensionHeaderChainLengthList");
    InformationElement tcpOptionsFull = u256(520, "tcpOptionsFull");
    InformationElement tcpSharedOptionExID16 = u16(521, "tcpSharedOptionExID16");
    InformationElement tcpSharedOptionExID32 = u32(522, "tcpSharedOptionExID32");
    InformationElement tcpSharedOptionExID16List = basicList(523, "tcpSharedOptionExID16List");
    InformationElement tcpSharedOptionExID32List = basicList(524, "tcpSharedOptionExID32List");
    InformationElement udpSafeOptions = u256(525, "udpSafeOptions");
    InformationElement udpUnsafeOptions = u64(526, "udpUnsafeOptions");
    InformationElement udpExID = u16(527, "udpExID");
    InformationElement udpSafeExIDList = basicList(528, "udpSafeExIDList");
    InformationElement udpUnsafeExIDList = basicList(529, "udpUnsafeExIDList");
    InformationElement pathDelayMeanDeltaMicroseconds = u32(530, "pathDelayMeanDeltaMicroseconds");
    InformationElement pathDelayMinDeltaMicroseconds = u32(531, "pathDelayMinDeltaMicroseconds");
    InformationElement pathDelayMaxDeltaMicroseconds = u32(532, "pathDelayMaxDeltaMicroseconds");
    InformationElement pathDelaySumDeltaMicroseconds = u64(533, "pathDelaySumDeltaMicroseconds");

    static @Nullable InformationElement byId(int id) {
        return IanaRegistry.byId(id);
    }

    /** {@code name} as IANA spells it, upper and lower case included. */
    static @Nullable InformationElement byName(String name) {
        return IanaRegistry.byName(name);
    }

    private static InformationElement u8(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.UNSIGNED8);
    }

    private static InformationElement u16(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.UNSIGNED16);
    }

    private static InformationElement u32(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.UNSIGNED32);
    }

    private static InformationElement u64(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.UNSIGNED64);
    }

    private static InformationElement u256(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.UNSIGNED256);
    }

    private static InformationElement s32(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.SIGNED32);
    }

    private static InformationElement f64(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.FLOAT64);
    }

    private static InformationElement bool(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.BOOLEAN);
    }

    private static InformationElement mac(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.MAC_ADDRESS);
    }

    private static InformationElement ipv4(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.IPV4_ADDRESS);
    }

    private static InformationElement ipv6(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.IPV6_ADDRESS);
    }

    private static InformationElement octets(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.OCTET_ARRAY);
    }

    private static InformationElement string(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.STRING);
    }

    private static InformationElement seconds(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.DATE_TIME_SECONDS);
    }

    private static InformationElement millis(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.DATE_TIME_MILLISECONDS);
    }

    private static InformationElement micros(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.DATE_TIME_MICROSECONDS);
    }

    private static InformationElement nanos(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.DATE_TIME_NANOSECONDS);
    }

    private static InformationElement basicList(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.BASIC_LIST);
    }

    private static InformationElement templateList(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.SUB_TEMPLATE_LIST);
    }

    private static InformationElement multiList(int id, String name) {
        return IanaRegistry.enter(id, name, DataType.SUB_TEMPLATE_MULTI_LIST);
    }
}
