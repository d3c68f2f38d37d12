using System.Security.Cryptography;
using System.Text;
using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Security.Spnego;

namespace Symbio.Server.Tests;

/// <summary>
/// A mechanism in Kerberos's place that believes whatever name a token holds: what the server makes of a logon in one leg,
/// with a key of 32 bytes and an end.
/// </summary>
internal sealed class TicketMechanism(Func<DateTimeOffset?> expiration) : ISecurityMechanism
{
    public const string Refused = "mallory";

    private static readonly Sid Domain = Sid.Parse("S-1-5-21-1-2-3");

    public IReadOnlyList<string> Oids { get; } = [MechanismOids.MicrosoftKerberos, MechanismOids.Kerberos];

    /// <summary>What a client offers to log on as this user.</summary>
    public static InitiatorMechanism Client(string user, string oid = MechanismOids.Kerberos) =>
        new(oid, () => new Context(user, () => null));

    public ISecurityContext CreateAcceptor() => new Context(null, expiration);

    public bool RecognizesToken(ReadOnlySpan<byte> token) => false;

    private sealed class Context(string? client, Func<DateTimeOffset?> expiration) : ISecurityContext
    {
        private string _user = client ?? "";

        public bool IsEstablished { get; private set; }

        public ReadOnlySpan<byte> SessionKey => SHA256.HashData(Encoding.UTF8.GetBytes(_user));

        public SecurityLogon? Logon { get; private set; }

        public string? ClaimedName => client is null ? _user : null;

        public string? FailureReason { get; private set; }

        public bool SupportsIntegrity => true;

        public ValueTask<SecurityStep> StepAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
        {
            if (client is not null && token.IsEmpty)
                return new(new SecurityStep(NtStatus.MoreProcessingRequired, Encoding.UTF8.GetBytes(client)));
            IsEstablished = true;
            if (client is not null)
                return new(SecurityStep.Finish(NtStatus.Success));
            _user = Encoding.UTF8.GetString(token.Span);
            if (_user == Refused)
            {
                FailureReason = "not today\n";
                return new(SecurityStep.Finish(NtStatus.TimeDifferenceAtDc));
            }

            Logon = new SecurityLogon(_user, "DOMAIN", "", IsAnonymous: false, IsGuest: false, new LogonIdentity
            {
                UserName = _user,
                DomainName = "DOMAIN",
                Token = new SecurityToken(
                    Domain.AppendRid(1000 + (uint)_user.Length),
                    [Sid.Everyone, Sid.AuthenticatedUsers, Sid.Network, Sid.BuiltinUsers, Sid.BuiltinAdministrators]),
                ExpirationTime = expiration(),
            });
            return new(new SecurityStep(NtStatus.Success, "AP-REP"u8.ToArray()));
        }

        public byte[] GetMic(ReadOnlySpan<byte> message) => SHA256.HashData(message);

        public bool VerifyMic(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mic) =>
            SHA256.HashData(message).AsSpan().SequenceEqual(mic);

        public void Dispose()
        {
        }
    }
}
