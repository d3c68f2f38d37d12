namespace Symbio.Protocol.Fscc;

/// <summary>
/// SRV_REQUEST_RESUME_KEY Response, [MS-SMB2] 2.2.32.3. Context is not used; Windows sends 4 bytes of it.
/// </summary>
public readonly record struct SrvRequestResumeKeyResponse(ResumeKey ResumeKey)
    : IInformation<SrvRequestResumeKeyResponse>
{
    public static int MinimumLength => 32;

    public int Length => 32;

    public static bool TryRead(ref WireReader reader, out SrvRequestResumeKeyResponse information)
    {
        information = new SrvRequestResumeKeyResponse(ResumeKey.Read(ref reader));
        uint contextLength = reader.ReadUInt32();
        reader.Expect(contextLength <= (uint)reader.Remaining);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        ResumeKey.Write(ref writer);
        writer.WriteUInt32(0); // ContextLength
        writer.WriteUInt32(0); // Context
    }
}
