using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Symbio.Security.KeyDerivation;

namespace Symbio.Security.Ntlm;

/// <summary>NTLMv2 responses, [MS-NLMP] 3.3.2: made by the client, verified by whoever knows the NT hash.</summary>
public static class NtlmV2
{
    /// <summary>NTProofStr, the first 16 bytes of the NT response.</summary>
    internal const int ProofSize = 16;

    /// <summary>
    /// NTLMv2_CLIENT_CHALLENGE ([MS-NLMP] 2.2.2.7) up to AvPairs: RespType, HiRespType, 6 reserved bytes, TimeStamp,
    /// ChallengeFromClient, 4 reserved bytes.
    /// </summary>
    internal const int ClientChallengeFixedSize = 28;

    private const int TimestampOffset = 8;
    private const int ChallengeFromClientOffset = 16;
    private const int KeySize = 16;

    /// <summary>
    /// Verifies the NT response of a logon against the account's hash and gives the SessionBaseKey, which the caller owns.
    /// Null when the response is wrong, or is not NTLMv2.
    /// </summary>
    /// <remarks>
    /// The response is computed with the domain as sent. Some clients compute it with the domain in upper case, others
    /// with none, and send it as typed all the same, so these are tried as well; each of them proves the password.
    /// </remarks>
    public static SecretKey? TryVerify(NtlmHash hash, NtlmLogon logon)
    {
        var response = logon.NtResponse.Span;
        if (!IsNtlmV2Response(response))
            return null;
        return TryVerify(hash, logon, logon.DomainName)
            ?? TryVerify(hash, logon, logon.DomainName.ToUpperInvariant())
            ?? TryVerify(hash, logon, "");
    }

    /// <summary>Whether an NT response has the shape of [MS-NLMP] 2.2.2.8 with version 1 and a well-formed list.</summary>
    internal static bool IsNtlmV2Response(ReadOnlySpan<byte> response) =>
        response.Length >= ProofSize + ClientChallengeFixedSize + 4 // The list ends with 4 bytes of MsvAvEOL.
        && response[ProofSize] == 1
        && response[ProofSize + 1] == 1;

    /// <summary>NTOWFv2: HMAC-MD5 under the NT hash over the user name in upper case and the domain as it is.</summary>
    internal static void ComputeResponseKey(
        NtlmHash hash, string userName, string domainName, Span<byte> responseKey) =>
        HMACMD5.HashData(
            hash.Value, Encoding.Unicode.GetBytes(userName.ToUpperInvariant() + domainName), responseKey);

    /// <summary>NTLMv2_CLIENT_CHALLENGE, "temp" in [MS-NLMP] 3.3.2, the four zero bytes after the list included.</summary>
    internal static byte[] MakeClientChallenge(
        long timestamp, ReadOnlySpan<byte> challengeFromClient, ReadOnlySpan<byte> targetInfo)
    {
        byte[] challenge = new byte[ClientChallengeFixedSize + targetInfo.Length + 4];
        challenge[0] = 1;
        challenge[1] = 1;
        BinaryPrimitives.WriteInt64LittleEndian(challenge.AsSpan(TimestampOffset), timestamp);
        challengeFromClient.CopyTo(challenge.AsSpan(ChallengeFromClientOffset));
        targetInfo.CopyTo(challenge.AsSpan(ClientChallengeFixedSize));
        return challenge;
    }

    /// <summary>NTProofStr, and SessionBaseKey from it.</summary>
    internal static void Compute(
        ReadOnlySpan<byte> responseKey,
        ReadOnlySpan<byte> serverChallenge,
        ReadOnlySpan<byte> clientChallenge,
        Span<byte> proof,
        Span<byte> sessionBaseKey)
    {
        byte[] input = [.. serverChallenge, .. clientChallenge];
        HMACMD5.HashData(responseKey, input, proof);
        HMACMD5.HashData(responseKey, proof, sessionBaseKey);
    }

    /// <summary>LMv2_RESPONSE, [MS-NLMP] 2.2.2.4.</summary>
    internal static byte[] MakeLmResponse(
        ReadOnlySpan<byte> responseKey, ReadOnlySpan<byte> serverChallenge, ReadOnlySpan<byte> challengeFromClient)
    {
        byte[] input = [.. serverChallenge, .. challengeFromClient];
        return [.. HMACMD5.HashData(responseKey, input), .. challengeFromClient];
    }

    private static SecretKey? TryVerify(NtlmHash hash, NtlmLogon logon, string domainName)
    {
        var response = logon.NtResponse.Span;
        Span<byte> responseKey = stackalloc byte[KeySize];
        Span<byte> proof = stackalloc byte[ProofSize];
        Span<byte> sessionBaseKey = stackalloc byte[KeySize];
        try
        {
            ComputeResponseKey(hash, logon.UserName, domainName, responseKey);
            Compute(responseKey, logon.ServerChallenge.Span, response[ProofSize..], proof, sessionBaseKey);
            return CryptographicOperations.FixedTimeEquals(proof, response[..ProofSize])
                ? new SecretKey(sessionBaseKey)
                : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(responseKey);
            CryptographicOperations.ZeroMemory(sessionBaseKey);
        }
    }
}
