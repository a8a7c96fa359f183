package io.nurs.appliance.config;

/**
 * Takes interface indexes and the flow's direction out of the connection mark, where firewall rules have put them.
 *
 * @param directionMask a mark with any of these bits is egress (1), else ingress (0); 0 makes every flow ingress
 */
public record MarkInterfacesConfig(MarkField ingress, MarkField egress, int directionMask) implements FilterConfig {}
