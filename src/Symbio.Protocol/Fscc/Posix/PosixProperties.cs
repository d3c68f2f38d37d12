using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// What the SMB 3.1.1 POSIX extensions tell of a file besides what NT knows, [POSIX-SMB2] 2.2.14.2.16. It ends the response to
/// a create, and FilePosixInformation.
/// </summary>
/// <param name="LinkCount">Names of the file.</param>
/// <param name="Mode">As <see cref="PosixMode"/> says.</param>
public readonly record struct PosixProperties(uint LinkCount, ReparseTag ReparseTag, uint Mode, Sid Owner, Sid Group)
{
    private const int FixedLength = 12;

    public int Length => FixedLength + Owner.Length + Group.Length;

    public static PosixProperties Read(ref WireReader reader)
    {
        uint links = reader.ReadUInt32();
        var tag = (ReparseTag)reader.ReadUInt32();
        uint mode = reader.ReadUInt32();
        Sid? owner = Sid.Read(ref reader);
        Sid? group = Sid.Read(ref reader);
        reader.Expect(owner is not null && group is not null);
        return new PosixProperties(links, tag, mode, owner ?? Sid.Null, group ?? Sid.Null);
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(LinkCount);
        writer.WriteUInt32((uint)ReparseTag);
        writer.WriteUInt32(Mode);
        Owner.Write(ref writer);
        Group.Write(ref writer);
    }
}
