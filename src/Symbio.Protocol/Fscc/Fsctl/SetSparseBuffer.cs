namespace Symbio.Protocol.Fscc;

/// <summary>
/// FILE_SET_SPARSE_BUFFER, input of FSCTL_SET_SPARSE, [MS-FSCC] 2.3. Without a buffer the file turns sparse.
/// </summary>
public readonly record struct SetSparseBuffer(bool SetSparse) : IInformation<SetSparseBuffer>
{
    public static int MinimumLength => 0;

    public int Length => 1;

    public static bool TryRead(ref WireReader reader, out SetSparseBuffer information)
    {
        information = new SetSparseBuffer(reader.Remaining == 0 || reader.ReadByte() != 0);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer) => writer.WriteByte(SetSparse ? (byte)1 : (byte)0);
}
