using System.Net;
using System.Net.Sockets;

namespace Symbio.Protocol.Fscc;

/// <summary>NETWORK_INTERFACE_INFO.Capability, [MS-SMB2] 2.2.32.5.</summary>
[Flags]
public enum NetworkInterfaceCapabilities : uint
{
    None = 0,
    /// <summary>RSS_CAPABLE</summary>
    Rss = 1,
    /// <summary>RDMA_CAPABLE</summary>
    Rdma = 2,
}

/// <summary>
/// NETWORK_INTERFACE_INFO, an entry in the output of FSCTL_QUERY_NETWORK_INTERFACE_INFO, [MS-SMB2] 2.2.32.5.
/// </summary>
/// <param name="LinkSpeed">Bits per second.</param>
/// <param name="Address">IPv4 or IPv6.</param>
public readonly record struct NetworkInterfaceInfo(
    uint InterfaceIndex, NetworkInterfaceCapabilities Capability, ulong LinkSpeed, IPAddress Address)
{
    /// <summary>Bytes of an entry.</summary>
    public const int EntryLength = 152;

    private const int SockaddrLength = 128;
    private const ushort InterNetwork = 0x0002;
    private const ushort InterNetworkV6 = 0x0017;

    /// <summary>Writes all entries; the writer turns invalid when they do not fit.</summary>
    public static void WriteList(ref WireWriter writer, IReadOnlyList<NetworkInterfaceInfo> interfaces)
    {
        for (int i = 0; i < interfaces.Count; i++)
        {
            writer.WriteUInt32(i == interfaces.Count - 1 ? 0u : EntryLength); // Next
            interfaces[i].WriteEntry(ref writer);
        }
    }

    /// <summary>Reads all entries. Addresses of another family are left out.</summary>
    public static bool TryReadList(ReadOnlyMemory<byte> memory, out IReadOnlyList<NetworkInterfaceInfo> interfaces)
    {
        var list = new List<NetworkInterfaceInfo>();
        interfaces = [];
        while (!memory.IsEmpty)
        {
            var reader = new WireReader(memory);
            uint next = reader.ReadUInt32();
            uint index = reader.ReadUInt32();
            var capability = (NetworkInterfaceCapabilities)reader.ReadUInt32();
            reader.Skip(4); // Reserved
            ulong speed = reader.ReadUInt64();
            var sockaddr = new WireReader(reader.ReadBytes(SockaddrLength));
            reader.Expect(next == 0 || (next >= EntryLength && next < (uint)memory.Length));
            if (!reader.IsValid)
                return false;

            if (ReadAddress(ref sockaddr) is { } address)
                list.Add(new NetworkInterfaceInfo(index, capability, speed, address));
            if (next == 0)
                break;
            memory = memory[(int)next..];
        }

        interfaces = list;
        return true;
    }

    private void WriteEntry(ref WireWriter writer)
    {
        writer.WriteUInt32(InterfaceIndex);
        writer.WriteUInt32((uint)Capability);
        writer.WriteUInt32(0); // Reserved
        writer.WriteUInt64(LinkSpeed);
        int end = writer.Position + SockaddrLength;
        bool isV6 = Address.AddressFamily == AddressFamily.InterNetworkV6;
        writer.WriteUInt16(isV6 ? InterNetworkV6 : InterNetwork);
        writer.WriteUInt16(0); // Port
        if (isV6)
            writer.WriteUInt32(0); // FlowInfo
        Address.TryWriteBytes(writer.Reserve(isV6 ? 16 : 4), out _);
        if (isV6)
            writer.WriteUInt32(0); // ScopeId: the client's own concern.
        writer.WriteZeros(Math.Max(0, end - writer.Position));
    }

    private static IPAddress? ReadAddress(ref WireReader reader)
    {
        ushort family = reader.ReadUInt16();
        reader.Skip(2); // Port
        if (family == InterNetwork)
            return new IPAddress(reader.ReadSpan(4));
        if (family != InterNetworkV6)
            return null;
        reader.Skip(4); // FlowInfo
        return new IPAddress(reader.ReadSpan(16));
    }
}
