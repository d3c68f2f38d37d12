namespace Symbio.Protocol.Fscc;

/// <summary>FilePipeLocalInformation, [MS-FSCC] 2.4.37.</summary>
public readonly record struct FilePipeLocalInformation(
    NamedPipeType NamedPipeType, NamedPipeConfiguration NamedPipeConfiguration, uint MaximumInstances,
    uint CurrentInstances, uint InboundQuota, uint ReadDataAvailable, uint OutboundQuota, uint WriteQuotaAvailable,
    NamedPipeState NamedPipeState, NamedPipeEnd NamedPipeEnd)
    : IFileInformation<FilePipeLocalInformation>
{
    public static FileInformationClass Class => FileInformationClass.PipeLocal;

    public static int MinimumLength => 40;

    public int Length => 40;

    public static bool TryRead(ref WireReader reader, out FilePipeLocalInformation information)
    {
        var namedPipeType = (NamedPipeType)reader.ReadUInt32();
        var namedPipeConfiguration = (NamedPipeConfiguration)reader.ReadUInt32();
        uint maximumInstances = reader.ReadUInt32();
        uint currentInstances = reader.ReadUInt32();
        uint inboundQuota = reader.ReadUInt32();
        uint readDataAvailable = reader.ReadUInt32();
        uint outboundQuota = reader.ReadUInt32();
        uint writeQuotaAvailable = reader.ReadUInt32();
        var namedPipeState = (NamedPipeState)reader.ReadUInt32();
        var namedPipeEnd = (NamedPipeEnd)reader.ReadUInt32();
        information = new FilePipeLocalInformation(
            namedPipeType, namedPipeConfiguration, maximumInstances, currentInstances, inboundQuota,
            readDataAvailable, outboundQuota, writeQuotaAvailable, namedPipeState, namedPipeEnd);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)NamedPipeType);
        writer.WriteUInt32((uint)NamedPipeConfiguration);
        writer.WriteUInt32(MaximumInstances);
        writer.WriteUInt32(CurrentInstances);
        writer.WriteUInt32(InboundQuota);
        writer.WriteUInt32(ReadDataAvailable);
        writer.WriteUInt32(OutboundQuota);
        writer.WriteUInt32(WriteQuotaAvailable);
        writer.WriteUInt32((uint)NamedPipeState);
        writer.WriteUInt32((uint)NamedPipeEnd);
    }
}
