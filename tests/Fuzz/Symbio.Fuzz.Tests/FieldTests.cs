using Symbio.Protocol.Smb2;

namespace Symbio.Fuzz.Tests;

/// <summary>Lying lengths, offsets and counts: every field of every request set to the values where code breaks.</summary>
public sealed class FieldTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Protection.Signed, 2)]
    [InlineData(Protection.Signed, 4)]
    [InlineData(Protection.Encrypted, 8)]
    public async Task Every_field_may_lie(Protection protection, int width)
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        var outcomes = new Outcomes();
        await using (var attacker = new Attacker(server, protection, outcomes))
        {
            foreach (Sample sample in Samples.Requests)
            {
                for (int position = 0, whole = int.MaxValue; position + width <= whole; position += Math.Min(width, 4))
                {
                    for (int i = 0; i < Boundaries.Count; i++)
                    {
                        byte[] request = sample.Build(await attacker.TargetAsync());
                        whole = request.Length;
                        if (position + width > whole)
                            break;
                        Boundaries.Write(request.AsSpan(position, width), i, whole);
                        await attacker.AttackAsync(request, sign: true, $"{sample}, the {width} bytes at {position}");
                    }
                }
            }
        }

        output.WriteLine(outcomes.ToString());
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Every_field_of_an_opening_may_lie()
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        var outcomes = new Outcomes();
        foreach ((_, byte[] frame) in Samples.Openings)
        {
            foreach (int width in (int[])[2, 4])
            {
                for (int position = 0; position + width <= frame.Length; position += 2)
                {
                    for (int i = 0; i < Boundaries.Count; i++)
                    {
                        byte[] spoilt = [.. frame];
                        Boundaries.Write(spoilt.AsSpan(position, width), i, frame.Length);
                        await Strangers.AttackAsync(server, outcomes, negotiate: false, spoilt);
                    }
                }
            }
        }

        output.WriteLine(outcomes.ToString());
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }
}

/// <summary>Values at which arithmetic goes wrong.</summary>
internal static class Boundaries
{
    public const int Count = 8;

    public static void Write(Span<byte> field, int which, int frameLength)
    {
        ulong value = which switch
        {
            0 => 0,
            1 => 1,
            2 => ulong.MaxValue >> (65 - (field.Length * 8)),
            3 => 1UL << ((field.Length * 8) - 1),
            4 => ulong.MaxValue,
            5 => (ulong)frameLength,
            6 => (ulong)frameLength - Smb2Header.Size,
            _ => ulong.MaxValue - 7,
        };
        for (int i = 0; i < field.Length; i++)
            field[i] = (byte)(value >> (i * 8));
    }
}
