using System.Text;
using Nacre.Server;

namespace Nacre.Examples;

/// <summary>Answers every command with a greeting, and has nothing else to offer.</summary>
internal sealed class Greeter : ISessionHandler
{
    public ValueTask<SessionProgram?> ChooseAsync(SessionRequest request, CancellationToken ct) =>
        ValueTask.FromResult<SessionProgram?>(request.Kind == SessionKind.Command ? GreetAsync : null);

    private static async Task<ProcessExit> GreetAsync(ServerSession session, CancellationToken ct)
    {
        await session.Output.WriteAsync(Encoding.UTF8.GetBytes($"Good day, {session.Request.User.Name}.\n"), ct);
        return ProcessExit.WithStatus(0);
    }
}
