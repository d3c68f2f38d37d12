namespace Symbio.Server;

/// <summary>A network interface that clients are told of, for multichannel.</summary>
/// <param name="Which">
/// The interface's name ("eth0"), for all its addresses, or one address. An address that this machine does not have is told
/// all the same: clients may know it by another one than it does.
/// </param>
/// <param name="LinkSpeed">Bits per second; null for what the system says.</param>
/// <param name="IsRssCapable">Several connections to it are of use; null for what the system says.</param>
public sealed record InterfaceOptions(string Which, ulong? LinkSpeed = null, bool? IsRssCapable = null);
