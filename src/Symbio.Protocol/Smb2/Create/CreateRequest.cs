using Symbio.Protocol.Dtyp;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 CREATE Request, [MS-SMB2] 2.2.13.</summary>
/// <param name="SecurityFlags">Reserved; ignored by servers.</param>
/// <param name="SmbCreateFlags">Reserved; ignored by servers.</param>
/// <param name="NameOffset">As the client stated it; <see cref="Write"/> states the true one.</param>
/// <param name="NameBytes">The name in UTF-16LE. An odd length is for the server to refuse.</param>
/// <param name="Contexts">The create contexts; see <see cref="CreateContexts"/>.</param>
public readonly record struct CreateRequest(
    byte SecurityFlags, OplockLevel RequestedOplockLevel, ImpersonationLevel ImpersonationLevel, ulong SmbCreateFlags,
    AccessMask DesiredAccess, FileAttributes FileAttributes, ShareAccess ShareAccess,
    CreateDisposition CreateDisposition, CreateOptions CreateOptions,
    ushort NameOffset, ReadOnlyMemory<byte> NameBytes, ReadOnlyMemory<byte> Contexts) : IRequest<CreateRequest>
{
    /// <summary>56 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 57;

    /// <summary>Where a well-formed request's name stands, from the header.</summary>
    public const ushort BufferOffset = Smb2Header.Size + FixedSize;

    private const int FixedSize = 56;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.Create;

    /// <summary>False for a name of an odd number of bytes, which is no UTF-16.</summary>
    public bool IsNameLengthEven => (NameBytes.Length & 1) == 0;

    /// <summary>The create contexts; not yet known to be well-formed.</summary>
    public CreateContextList CreateContexts => new(Contexts);

    int IMessage<CreateRequest>.Length =>
        Contexts.IsEmpty ? FixedSize + Math.Max(1, NameBytes.Length) : ContextsStart + Contexts.Length;

    private int ContextsStart => (FixedSize + NameBytes.Length + 7) & ~7;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out CreateRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        byte securityFlags = reader.ReadByte();
        var oplockLevel = (OplockLevel)reader.ReadByte();
        var impersonationLevel = (ImpersonationLevel)reader.ReadUInt32();
        ulong smbCreateFlags = reader.ReadUInt64();
        reader.Skip(8); // Reserved
        var desiredAccess = (AccessMask)reader.ReadUInt32();
        var fileAttributes = (FileAttributes)reader.ReadUInt32();
        var shareAccess = (ShareAccess)reader.ReadUInt32();
        var disposition = (CreateDisposition)reader.ReadUInt32();
        var options = (CreateOptions)reader.ReadUInt32();
        ushort nameOffset = reader.ReadUInt16();
        ReadOnlyMemory<byte> name = reader.SliceAt(nameOffset, reader.ReadUInt16(), BufferOffset);
        message = new CreateRequest(
            securityFlags, oplockLevel, impersonationLevel, smbCreateFlags, desiredAccess, fileAttributes, shareAccess,
            disposition, options, nameOffset, name, reader.ReadSlice32(BufferOffset));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte(SecurityFlags);
        writer.WriteByte((byte)RequestedOplockLevel);
        writer.WriteUInt32((uint)ImpersonationLevel);
        writer.WriteUInt64(SmbCreateFlags);
        writer.WriteUInt64(0);
        writer.WriteUInt32((uint)DesiredAccess);
        writer.WriteUInt32((uint)FileAttributes);
        writer.WriteUInt32((uint)ShareAccess);
        writer.WriteUInt32((uint)CreateDisposition);
        writer.WriteUInt32((uint)CreateOptions);
        writer.WriteUInt16(BufferOffset);
        writer.WriteUInt16((ushort)NameBytes.Length);
        writer.WriteUInt32(Contexts.IsEmpty ? 0 : (uint)(Smb2Header.Size + ContextsStart));
        writer.WriteUInt32((uint)Contexts.Length);
        writer.WriteBytes(NameBytes.Span);
        if (!Contexts.IsEmpty)
        {
            writer.Align(8);
            writer.WriteBytes(Contexts.Span);
        }
        else if (NameBytes.IsEmpty)
        {
            writer.WriteByte(0);
        }
    }
}
