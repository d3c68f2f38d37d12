using Symbio.Simulation.Clients;
using Symbio.Simulation.Model;

namespace Symbio.Simulation;

/// <content>How everything ends: what was asked is answered, and nothing is left.</content>
internal sealed partial class World
{
    private const int EndlessSteps = 200_000;

    private void Finish()
    {
        // Clients that are still there get all their answers, once they have given others what those wait for.
        Trace.Say("the end: clients wait for their answers");
        foreach (Line line in _lines)
            line.IsSlow = false;
        for (int round = 0; round < 6; round++)
        {
            Settle();
            foreach (Client client in _clients)
                client.EndWaiting();
            Settle();
            Advance(TimeSpan.FromSeconds(round < 3 ? 1 : 40));
        }

        Settle();
        foreach (Client client in _clients)
        {
            // What was sent over a line that had ended has come over another one by now.
            CheckBeliefs(client, certain: true);
            foreach (ClientLine line in client.Lines)
            {
                if (IsHealthy(line.Line) && line.Calls.FirstOrDefault() is { } call)
                    throw new InvariantViolation("answers", $"{line} gets no answer to {call.Command} {call.MessageId}, sent in step {call.Sent}");
            }
        }

        // Then they vanish, and with them, sooner or later, all that was kept for them.
        Trace.Say("the end: clients vanish");
        foreach (Client client in _clients)
            client.Vanish();
        foreach (Line line in _lines)
        {
            if (line.IsCut)
                line.Reset();
        }

        Settle();
        Advance(TimeSpan.FromMinutes(20));
        Settle();
        string left = string.Join(", ", Life.Leftovers());
        if (left.Length > 0)
            throw new InvariantViolation("leftovers", left);
        CheckStore(settle: false);
        Pump(Life.Server.StopAsync().AsTask());
    }

    // The story begins with clients that have sessions.
    private void LogOnAll()
    {
        foreach (Client client in _clients)
        {
            client.Act();
            Settle();
        }
    }

    // Until nothing is under way. The clock stands still.
    private void Settle()
    {
        for (int i = 0; i < EndlessSteps; i++)
        {
            Event? next = Life.Scheduler.Count > 0 && Chance.Percent(60) ? Event.Work
                : Life.Store.Waiting > 0 && Chance.Percent(60) ? Event.Store
                : _lines.Exists(l => l.HasForServer) && Chance.Percent(60) ? Event.ToServer
                : _lines.Exists(l => l.HasForClient) && Chance.Percent(60) ? Event.ToClient
                : Life.Scheduler.Count > 0 ? Event.Work
                : Life.Store.Waiting > 0 ? Event.Store
                : Handles.Waiting > 0 ? Event.Handles
                : _lines.Exists(l => l.HasForServer) ? Event.ToServer
                : _lines.Exists(l => l.HasForClient) ? Event.ToClient
                : _lines.Exists(l => l.IsCongested) ? Event.Relieve
                : null;
            if (next is not { } happens)
                return;
            Now++;
            Trace.Say($"{Now} {happens}");
            Happen(happens);
            CheckAll();
            ThrowIfFailed();
        }

        throw new InvariantViolation("end", "it does not come to rest");
    }

    private void Advance(TimeSpan by)
    {
        DateTimeOffset until = Clock.GetUtcNow() + by;
        for (int i = 0; i < EndlessSteps; i++)
        {
            bool more = Clock.AdvanceTo(until);
            Settle();
            if (!more)
                return;
        }

        throw new InvariantViolation("end", "a timer fires for ever");
    }
}
