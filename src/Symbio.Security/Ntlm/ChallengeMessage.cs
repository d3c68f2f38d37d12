using System.Buffers.Binary;
using System.Text;

namespace Symbio.Security.Ntlm;

/// <summary>CHALLENGE_MESSAGE, [MS-NLMP] 2.2.1.2.</summary>
/// <param name="Flags">NegotiateFlags.</param>
/// <param name="TargetName">UTF-16 without terminator.</param>
/// <param name="ServerChallenge">8 bytes.</param>
/// <param name="TargetInfo">A sequence of AV_PAIRs, <see cref="AvPairs"/>.</param>
public readonly record struct ChallengeMessage(
    NegotiateFlags Flags,
    string TargetName,
    ReadOnlyMemory<byte> ServerChallenge,
    ReadOnlyMemory<byte> TargetInfo)
{
    public const int ChallengeSize = 8;

    private const int TargetNameFieldsOffset = 12;
    private const int FlagsOffset = 20;
    private const int ServerChallengeOffset = 24;
    private const int TargetInfoFieldsOffset = 40;
    private const int VersionOffset = 48;
    private const int FixedSize = 56;

    /// <summary>Up to TargetInfoFields: what a peer without NTLMSSP_NEGOTIATE_VERSION may stop at.</summary>
    private const int MinSize = VersionOffset;

    public static bool TryRead(ReadOnlyMemory<byte> message, out ChallengeMessage challenge)
    {
        challenge = default;
        if (!NtlmMessage.HasHeader(message.Span, NtlmMessage.Challenge) || message.Length < MinSize
            || !NtlmMessage.TryReadField(message, TargetNameFieldsOffset, out var targetName)
            || !NtlmMessage.TryReadField(message, TargetInfoFieldsOffset, out var targetInfo))
        {
            return false;
        }
        challenge = new ChallengeMessage(
            (NegotiateFlags)BinaryPrimitives.ReadUInt32LittleEndian(message.Span[FlagsOffset..]),
            Encoding.Unicode.GetString(targetName.Span),
            message.Slice(ServerChallengeOffset, ChallengeSize),
            targetInfo);
        return true;
    }

    public byte[] ToArray()
    {
        byte[] targetName = Encoding.Unicode.GetBytes(TargetName);
        byte[] message = new byte[FixedSize + targetName.Length + TargetInfo.Length];
        NtlmMessage.WriteHeader(message, NtlmMessage.Challenge);
        int offset = FixedSize;
        NtlmMessage.WriteField(message, TargetNameFieldsOffset, targetName, ref offset);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(FlagsOffset), (uint)Flags);
        ServerChallenge.Span.CopyTo(message.AsSpan(ServerChallengeOffset, ChallengeSize));
        NtlmMessage.WriteField(message, TargetInfoFieldsOffset, TargetInfo.Span, ref offset);
        if (Flags.HasFlag(NegotiateFlags.Version))
            NtlmMessage.Version.CopyTo(message.AsSpan(VersionOffset));
        return message;
    }
}
