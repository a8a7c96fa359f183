# A line for each connection over UDP or TCP that has ended: who with whom, and what it has carried there and back.
select(.flow.firewallEvent == 2 and .flow.sourceTransportPort != null)
| .flow
| "\(.protocolIdentifier) \(.sourceIPv4Address // .sourceIPv6Address) \(.sourceTransportPort)"
  + " \(.destinationIPv4Address // .destinationIPv6Address) \(.destinationTransportPort)"
  + " \(.ctOriginalPacketTotal)/\(.ctOriginalOctetTotal) \(.ctReplyPacketTotal)/\(.ctReplyOctetTotal)"
