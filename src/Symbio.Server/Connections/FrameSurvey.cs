using System.Buffers.Binary;
using Symbio.Protocol.Smb2;
using Symbio.Server.Commands;

namespace Symbio.Server.Connections;

/// <summary>What is known of all messages of a frame before the first of them is handled.</summary>
/// <param name="ChangesConnection">
/// A message changes the connection's own state. Then nothing else may be received meanwhile, or two messages of one logon
/// could run at the same time.
/// </param>
/// <param name="IsPaid">The frame is no longer than its messages' credits pay for.</param>
internal readonly record struct FrameSurvey(bool ChangesConnection, bool IsPaid)
{
    /// <summary>What a credit pays for, [MS-SMB2] 3.1.5.2.</summary>
    public const int CreditBytes = 64 << 10;

    // What a message may have besides its payload: names, contexts, padding. MaxFrame leaves as much.
    private const int Unpaid = 64 << 10;

    /// <remarks>
    /// Payloads are compared with the CreditCharge where they are known, [MS-SMB2] 3.3.5.2.5. But a message may be followed by anything
    /// at all, which compression makes small on the wire: that credits bound what a client has the server keep is true only because
    /// frames are compared with them as well. Of compounds it is the sum that counts.
    /// </remarks>
    public static FrameSurvey Of(ReadOnlySpan<byte> messages, bool supportsCharge)
    {
        bool changesConnection = false;
        long paid = 0;
        int length = messages.Length;
        while (messages.Length >= Smb2Header.Size)
        {
            int charge = supportsCharge ? BinaryPrimitives.ReadUInt16LittleEndian(messages[6..]) : 0;
            var command = (Smb2Command)BinaryPrimitives.ReadUInt16LittleEndian(messages[12..]);
            uint next = BinaryPrimitives.ReadUInt32LittleEndian(messages[20..]);
            paid += ((long)Math.Max(1, charge) * CreditBytes) + Unpaid;
            changesConnection |= CommandTable.Find(command) is { IsExclusive: true };
            if (next < Smb2Header.Size || next > (uint)messages.Length)
                break;
            messages = messages[(int)next..];
        }

        return new(changesConnection, length <= paid);
    }
}
