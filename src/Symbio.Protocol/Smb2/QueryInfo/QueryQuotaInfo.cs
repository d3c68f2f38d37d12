using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_QUERY_QUOTA_INFO, [MS-SMB2] 2.2.37.1: which quotas a query is about.</summary>
/// <param name="Sids">Those of these accounts; empty: all, one after the other.</param>
/// <param name="StartSid">Of all, those that come after this account; null: from where the last query ended.</param>
public readonly record struct QueryQuotaInfo(
    bool ReturnSingle, bool RestartScan, IReadOnlyList<Sid> Sids, Sid? StartSid)
{
    private const int FixedSize = 16;

    /// <summary>False when it is malformed.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> data, out QueryQuotaInfo info)
    {
        var reader = new WireReader(data);
        bool single = reader.ReadByte() != 0;
        bool restart = reader.ReadByte() != 0;
        reader.Skip(2); // Reserved
        uint listLength = reader.ReadUInt32();
        uint startLength = reader.ReadUInt32();
        uint startOffset = reader.ReadUInt32();
        info = new QueryQuotaInfo(single, restart, [], null);
        if (!reader.IsValid)
            return false;
        ReadOnlyMemory<byte> buffer = data[FixedSize..];
        if (listLength > 0)
        {
            if (listLength > (uint)buffer.Length
                || !QuotaList.TryReadSids(buffer[..(int)listLength], out IReadOnlyList<Sid> sids))
            {
                return false;
            }

            info = info with { Sids = sids };
        }
        else if (startLength > 0)
        {
            if (startOffset > (uint)buffer.Length || startLength > (uint)buffer.Length - startOffset
                || !Sid.TryRead(buffer.Span.Slice((int)startOffset, (int)startLength), out Sid? start))
            {
                return false;
            }

            info = info with { StartSid = start };
        }

        return true;
    }

    /// <summary>The other way.</summary>
    public byte[] ToArray()
    {
        byte[] sids = Sids.Count > 0 ? QuotaList.ToSidList(Sids) : [];
        byte[] start = StartSid is null ? [] : StartSid.Bytes.ToArray();
        byte[] bytes = new byte[FixedSize + sids.Length + start.Length];
        var writer = new WireWriter(bytes);
        writer.WriteByte(ReturnSingle ? (byte)1 : (byte)0);
        writer.WriteByte(RestartScan ? (byte)1 : (byte)0);
        writer.WriteUInt16(0);
        writer.WriteInt32(sids.Length);
        writer.WriteInt32(start.Length);
        writer.WriteInt32(sids.Length);
        writer.WriteBytes(sids);
        writer.WriteBytes(start);
        return bytes;
    }
}
